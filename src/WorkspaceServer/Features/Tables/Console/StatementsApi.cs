using System.Security.Claims;
using FluentValidation;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Tables.Pages;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Sandbox;

namespace WorkspaceServer.Features.Tables.Console;

/// <summary>
/// POST /api/v1/workspaces/{workspace}/query/chart runs one SELECT and draws its answer, POST …/query/words says what a SELECT does,
/// and POST …/tables/{table}/statement gives the SELECT of a table as it is filtered: what the console does, for programs.
/// </summary>
internal static class StatementsApi
{
    private static readonly Statement.Validator StatementRules = new();
    private static readonly ToDraw.Validator ChartRules = new();
    private static readonly Selection.Validator SelectionRules = new();

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(RunQuery.Path + "/chart", DrawAsync)
            .Guarded(Authority.Needs(Permissions.QueryRun.Name), RateClasses.Api, InputCheck.By<ToDraw.Validator>(), QueryRuns.Recorded);
        routes.MapPost(RunQuery.Path + "/words", (WorkspaceId workspace, Statement body) => new Words(SqlWords.Of(body.Checked(StatementRules).Sql)))
            .Guarded(Authority.Needs(Permissions.QueryRun.Name), RateClasses.Api, InputCheck.By<Statement.Validator>(), Recording.Nothing("reads only"));
        routes.MapPost(TableAddresses.ApiTable + "/statement", WriteAsync)
            .Guarded(Authority.Needs(Permissions.QueryRun.Name), RateClasses.Api, InputCheck.By<Selection.Validator>(), Recording.Nothing("reads only"));
    }

    private static async Task<Drawn> DrawAsync(WorkspaceId workspace, ToDraw body, ClaimsPrincipal user, QueryRuns runs, ChartPictures pictures, CancellationToken cancel)
    {
        body.Checked(ChartRules);
        var answer = await runs.RunAsync(user, workspace, body.Sql, RunQuery.MaxRows, cancel);
        var chart = new ResultCells(answer).Chart ?? throw CannotBeDrawn("Its answer needs two rows or more, a column of names, and a number in each row.");
        var kind = body.Kind is null ? chart.Kinds[0] : Enum.Parse<ChartKind>(body.Kind, ignoreCase: true);
        return chart.Kinds.Contains(kind)
            ? new Drawn(
                chart.Title,
                chart.Finding,
                NameOf(kind),
                [.. chart.Kinds.Select(NameOf)],
                [.. chart.Bars.Select(bar => new Point(bar.Label, bar.Value, bar.Shown))],
                chart.Pivot is { } pivot ? new Pivot(pivot.Columns, [.. pivot.Rows.Select(row => new PivotLine(row.Name, row.Cells))]) : null,
                await pictures.DrawAsync(chart, kind),
                answer.AsOf)
            : throw CannotBeDrawn($"Of this answer there is: {string.Join(", ", chart.Kinds.Select(NameOf))}.");
    }

    private static async Task<Written> WriteAsync(WorkspaceId workspace, string table, Selection body, TableReads tables, CancellationToken cancel)
    {
        var sql = body.Checked(SelectionRules).Statement((await tables.TableAsync(workspace, table, cancel)).Schema);
        return new Written(sql, SqlWords.Of(sql));
    }

    private static string NameOf(ChartKind kind) => kind.ToString().ToLowerInvariant();

    private static ProblemException CannotBeDrawn(string why) => new(ProblemCodes.InvalidArgument, why);

    internal sealed record Statement(string Sql)
    {
        internal sealed class Validator : AbstractValidator<Statement>
        {
            public Validator() => RuleFor(body => body.Sql).NotNull().Length(1, SandboxLimits.MaxSqlBytes).WithMessage($"sql is one SELECT of up to {SandboxLimits.MaxSqlBytes} bytes.");
        }
    }

    /// <param name="Kind">bars, line, pie or pivot; nothing for the one that fits best.</param>
    internal sealed record ToDraw(string Sql, string? Kind = null)
    {
        internal sealed class Validator : AbstractValidator<ToDraw>
        {
            public Validator()
            {
                RuleFor(body => body.Sql).NotNull().Length(1, SandboxLimits.MaxSqlBytes).WithMessage($"sql is one SELECT of up to {SandboxLimits.MaxSqlBytes} bytes.");
                RuleFor(body => body.Kind).Must(kind => kind is null || Enum.GetValues<ChartKind>().Any(each => NameOf(each) == kind)).WithMessage("kind is bars, line, pie or pivot.");
            }
        }
    }

    /// <param name="Steps">None if that cannot be said of it.</param>
    internal sealed record Words(IReadOnlyList<string> Steps);

    internal sealed record Written(string Sql, IReadOnlyList<string> Steps);

    /// <param name="Svg">A file of its own; null for a pivot, which is a table.</param>
    internal sealed record Drawn(
        string Title, string Finding, string Kind, IReadOnlyList<string> Kinds, IReadOnlyList<Point> Points, Pivot? Pivot, string? Svg, DateTimeOffset? AsOf);

    internal sealed record Point(string Name, double Value, string Shown);

    internal sealed record Pivot(IReadOnlyList<string> Columns, IReadOnlyList<PivotLine> Rows);

    internal sealed record PivotLine(string Name, IReadOnlyList<string> Cells);
}
