using System.Diagnostics;
using System.Security.Claims;
using FluentValidation;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Tables.Files;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Tables.Console;

/// <summary>GET /w/{workspace}/sql shows the console, POST runs what is in it; …/sql/csv and …/sql/xlsx give the answer as a file, …/sql/selection draws a table as it is filtered, …/sql/save and …/sql/forget keep and drop questions.</summary>
internal static class SqlPageEndpoints
{
    public const string Behind = "/sql";

    /// <summary>POST: runs the statement that a table stands for as it is filtered, and draws its answer.</summary>
    public const string BehindSelection = "/selection";

    private const string Path = AccessPaths.Page + Behind;

    /// <summary>Rows of an answer on the page, as many as in one of the interface.</summary>
    private const int MaxRows = RunQuery.MaxRows;

    /// <summary>Rows of an answer as a file.</summary>
    private const int MaxFileRows = 10_000;

    /// <summary>Longest statement on the page, in characters.</summary>
    private const int MaxSqlLength = 20_000;

    /// <summary>A form with such a statement, each character escaped.</summary>
    private const int MaxFormBytes = (9 * MaxSqlLength) + (16 << 10);

    private static readonly QuestionToSave.Validator SaveRules = new();
    private static readonly SelectionFields.Validator SelectionRules = new();

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, ShowAsync)
            .Guarded(Authority.Needs(Permissions.QueryRun.Name), RateClasses.Pages, InputCheck.By<Opening.Validator>(), Recording.Nothing("reads only"));
        routes.MapPost(Path, RunAsync)
            .TakesForm(MaxFormBytes)
            .Guarded(Authority.Needs(Permissions.QueryRun.Name), RateClasses.Pages, InputCheck.By<Validator>(), QueryRuns.Recorded);
        foreach (var file in RowFile.All)
        {
            routes.MapPost($"{Path}/{file.Name}", (WorkspaceId workspace, HttpContext context, QueryRuns runs, CancellationToken cancel) => FileAsync(file, workspace, context, runs, cancel))
                .TakesForm(MaxFormBytes)
                .Guarded(Authority.Needs(Permissions.TablesExport.Name), RateClasses.Pages, InputCheck.By<Validator>(), QueryRuns.Recorded);
        }

        routes.MapPost(Path + BehindSelection, DrawAsync)
            .TakesForm()
            .Guarded(Authority.Needs(Permissions.QueryRun.Name), RateClasses.Pages, InputCheck.By<SelectionFields.Validator>(), QueryRuns.Recorded);
        routes.MapPost(Path + "/save", SaveAsync)
            .TakesForm(MaxFormBytes)
            .Guarded(Authority.Needs(Permissions.QueryRun.Name), RateClasses.Pages, InputCheck.By<QuestionToSave.Validator>(), Recording.As(AuditActions.QuestionSaved));
        routes.MapPost(Path + "/forget", ForgetAsync)
            .TakesForm()
            .Guarded(Authority.Needs(Permissions.QueryRun.Name), RateClasses.Pages, InputCheck.By<Which.Validator>(), Recording.As(AuditActions.QuestionDeleted));
    }

    private static async Task<IResult> ShowAsync(WorkspaceId workspace, [AsParameters] Opening opening, ClaimsPrincipal user, SqlPages pages, QuestionStore store, CancellationToken cancel)
    {
        opening.Checked(new Opening.Validator());
        var sql = opening.Saved is { } id ? store.FindSaved(workspace, id)?.Sql
            : opening.Run is { } run ? store.RunsOf(workspace, Principal.Of(user)!.PersonId!, QuestionStore.MaxRuns).FirstOrDefault(each => each.Number == run)?.Sql
            : "";
        return sql is null
            ? throw new ProblemException(ProblemCodes.NotFound, "There is no such question.")
            : await pages.ShowAsync(user, workspace, sql, null, null, StatusCodes.Status200OK, cancel);
    }

    private static async Task<IResult> RunAsync(
        WorkspaceId workspace, HttpContext context, SqlPages pages, QueryRuns runs, QuestionStore store, TimeProvider clock, CancellationToken cancel)
    {
        var (form, problems) = await Form.ReadAsync(context, new Validator());
        return problems is null
            ? await AnswerAsync(workspace, form.Sql, context, pages, runs, store, clock, cancel)
            : await pages.ShowAsync(context.User, workspace, form.Sql, null, problems.For("sql"), StatusCodes.Status400BadRequest, cancel);
    }

    private static async Task<IResult> DrawAsync(
        WorkspaceId workspace, HttpContext context, TableReads tables, SqlPages pages, QueryRuns runs, QuestionStore store, TimeProvider clock, CancellationToken cancel)
    {
        var (form, problems) = await Form.ReadAsync(context, SelectionRules);
        if (problems is not null)
        {
            throw new ProblemException(ProblemCodes.InvalidArgument, problems.Fields.Values.First());
        }

        var table = await tables.TableAsync(workspace, form.Table, cancel);
        return await AnswerAsync(workspace, form.Selection.Statement(table.Schema), context, pages, runs, store, clock, cancel);
    }

    private static async Task<IResult> AnswerAsync(
        WorkspaceId workspace, string sql, HttpContext context, SqlPages pages, QueryRuns runs, QuestionStore store, TimeProvider clock, CancellationToken cancel)
    {
        var started = Stopwatch.GetTimestamp();
        void Keep(string outcome, int rows) => store.AddRun(
            workspace,
            Principal.Of(context.User)!.PersonId!,
            new QuestionRun(0, sql, clock.GetUtcNow(), outcome, rows, (int)Stopwatch.GetElapsedTime(started).TotalMilliseconds));
        try
        {
            var answer = await runs.RunAsync(context.User, workspace, sql, MaxRows, cancel);
            Keep("ok", answer.Rows.Count);
            return await pages.ShowAsync(context.User, workspace, sql, answer, null, StatusCodes.Status200OK, cancel);
        }
        catch (ProblemException problem) when (problem.Code.HttpStatus < 500)
        {
            Keep(problem.Code.Code, 0);
            return await pages.ShowAsync(context.User, workspace, sql, null, problem.Message, problem.Code.HttpStatus, cancel);
        }
    }

    private static async Task<IResult> FileAsync(RowFile file, WorkspaceId workspace, HttpContext context, QueryRuns runs, CancellationToken cancel)
    {
        var (form, problems) = await Form.ReadAsync(context, new Validator());
        if (problems is not null)
        {
            throw new ProblemException(ProblemCodes.InvalidArgument, problems.For("sql")!);
        }

        var answer = await runs.RunAsync(context.User, workspace, form.Sql, MaxFileRows, cancel);
        return Results.Stream(
            to => file.WriteAsync(to, "answer", [.. answer.Columns.Select(column => new FileColumn(column))], OnePage(answer.Rows), cancel), file.ContentType, $"answer.{file.Name}");
    }

    private static async IAsyncEnumerable<IReadOnlyList<SqlValue[]>> OnePage(IReadOnlyList<SqlValue[]> rows)
    {
        await Task.CompletedTask;
        yield return rows;
    }

    private static async Task<IResult> SaveAsync(WorkspaceId workspace, HttpContext context, SqlPages pages, SavedQuestions questions, CancellationToken cancel)
    {
        var (form, problems) = await Form.ReadAsync(context, SaveRules);
        if (problems is not null)
        {
            return await pages.ShowAsync(context.User, workspace, form.Sql, null, problems.For("name") ?? problems.For("sql"), StatusCodes.Status400BadRequest, cancel);
        }

        try
        {
            return Page.SeeOther($"{AccessPaths.PageOf(workspace)}{Behind}?saved={questions.Save(context.User, workspace, form).Id}");
        }
        catch (ProblemException problem) when (problem.Code == ProblemCodes.AlreadyExists)
        {
            return await pages.ShowAsync(context.User, workspace, form.Sql, null, problem.Message, problem.Code.HttpStatus, cancel);
        }
    }

    private static async Task<IResult> ForgetAsync(WorkspaceId workspace, HttpContext context, SavedQuestions questions)
    {
        var (form, problems) = await Form.ReadAsync(context, new Which.Validator());
        if (problems is not null)
        {
            throw new ProblemException(ProblemCodes.NotFound, "There is no such question.");
        }

        questions.Forget(context.User, workspace, form.Question);
        return Page.SeeOther(AccessPaths.PageOf(workspace) + Behind);
    }

    /// <param name="Name">The form also holds the field for a name; it is for the other button.</param>
    internal sealed record Fields(string Sql, string Name);

    internal sealed class Validator : AbstractValidator<Fields>
    {
        public Validator() => RuleFor(form => form.Sql)
            .Must(sql => sql.Trim().Length is > 0 and <= MaxSqlLength)
            .WithMessage(FormattableString.Invariant($"Write one SELECT of up to {MaxSqlLength:N0} characters."));
    }

    internal sealed record SelectionFields(string Table, IReadOnlyList<string> Where, string By, string Of)
    {
        public Selection Selection => new(Where, By, Of);

        internal sealed class Validator : AbstractValidator<SelectionFields>
        {
            public Validator()
            {
                RuleFor(form => form.Table).NotEmpty().MaximumLength(TableSchema.MaxNameLength).WithMessage("table is the name of a table.");
                RuleFor(form => form.Selection).SetValidator(new Selection.Validator());
            }
        }
    }

    internal sealed record Opening
    {
        public string? Saved { get; init; }

        public long? Run { get; init; }

        internal sealed class Validator : AbstractValidator<Opening>
        {
            public Validator() => RuleFor(opening => opening.Saved).MaximumLength(32).WithMessage("saved is the id of a question.");
        }
    }

    internal sealed record Which(string Question)
    {
        internal sealed class Validator : AbstractValidator<Which>
        {
            public Validator() => RuleFor(form => form.Question).Matches("^[0-9a-f]{32}$");
        }
    }
}
