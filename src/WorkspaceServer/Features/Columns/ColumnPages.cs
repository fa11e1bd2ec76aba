using System.Security.Claims;
using FluentValidation;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Columns.Pages;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Columns;

/// <summary>GET /w/{workspace}/privacy shows what AI clients see of a table, POST sets one column; GET and PUT /api/v1/workspaces/{workspace}/columns do the same.</summary>
internal static class ColumnPages
{
    public const string Behind = "/privacy";

    private const string Path = AccessPaths.Page + Behind;

    private const string ApiPath = AccessPaths.Workspace + "/columns";

    /// <summary>Rows of the preview.</summary>
    private const int PreviewRows = 3;

    private const int PreviewColumns = 40;

    private const int PreviewLength = 60;

    private static readonly Validator Rules = new();

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, ShowAsync)
            .Guarded(Authority.Needs(Permissions.ColumnsClassify.Name), RateClasses.Pages, InputCheck.By<Opening.Validator>(), Recording.As(AuditActions.TableViewed));
        routes.MapPost(Path, SetAsync)
            .TakesForm()
            .Guarded(Authority.Needs(Permissions.ColumnsClassify.Name), RateClasses.Pages, InputCheck.By<Validator>(), Recording.As(AuditActions.HiddenColumnsChanged));
        routes.MapGet(ApiPath, (WorkspaceId workspace, ColumnRules rules) => Results.Json(new
        {
            Items = rules.Of(workspace).Select(rule => new { rule.Table, rule.Column, Class = ColumnClasses.NameOf(rule.Class), rule.IsHidden }),
        }))
            .Guarded(Authority.Needs(Permissions.TablesRead.Name), RateClasses.Api, InputCheck.Ids, Recording.Nothing("reads only"));
        routes.MapPut(ApiPath, PutAsync)
            .Guarded(Authority.Needs(Permissions.ColumnsClassify.Name), RateClasses.Api, InputCheck.By<Validator>(), Recording.As(AuditActions.HiddenColumnsChanged));
    }

    private static async Task<IResult> ShowAsync(
        WorkspaceId workspace,
        [AsParameters] Opening opening,
        ClaimsPrincipal user,
        IWorkspaceGateway gateway,
        QueryOptions options,
        ColumnRules rules,
        Policy policy,
        AuditLog audit,
        CancellationToken cancel)
    {
        opening.Checked(new Opening.Validator());
        var catalog = await gateway.GetCatalogAsync(workspace, ReadAccess.Everything, cancel);
        var table = opening.Table is null ? (catalog.Tables is [var first, ..] ? first : null)
            : catalog.Find(opening.Table) ?? throw new ProblemException(ProblemCodes.NotFound, "There is no such table. Look at the list of tables.");
        var all = rules.Of(workspace);
        var home = AccessPaths.PageOf(workspace);
        return Page.Of<PrivacyPage>(new PrivacyModel(
            home,
            [.. catalog.Tables.Select(each => new PrivacyTable(each.Schema.Name, $"{home}{Behind}?table={each.Schema.Name}", HiddenIn(each, all), each.Schema.Columns.Count, each == table))],
            table?.Schema.Name,
            table is null ? [] : [.. table.Schema.Columns.Select(column => Column(table.Schema.Name, column, all))],
            table is not null && policy.May(Principal.Of(user)!, Permissions.QueryRun, workspace).IsAllowed
                ? await PreviewAsync(workspace, table, gateway, options, rules, audit, cancel)
                : null));
    }

    private static async Task<IResult> SetAsync(WorkspaceId workspace, HttpContext context, IWorkspaceGateway gateway, ColumnRules rules, CancellationToken cancel)
    {
        var (form, problems) = await Form.ReadAsync(context, Rules);
        if (problems is not null)
        {
            throw new ProblemException(ProblemCodes.InvalidArgument, problems.Fields.Values.First());
        }

        await ApplyAsync(workspace, form, gateway, rules, cancel);
        return Page.SeeOther($"{AccessPaths.PageOf(workspace)}{Behind}?table={form.Table}");
    }

    private static async Task<IResult> PutAsync(WorkspaceId workspace, Fields body, IWorkspaceGateway gateway, ColumnRules rules, CancellationToken cancel)
    {
        await ApplyAsync(workspace, body.Checked(Rules), gateway, rules, cancel);
        return Results.NoContent();
    }

    /// <summary>Only what is there gets a rule, under the name that it has there.</summary>
    private static async Task ApplyAsync(WorkspaceId workspace, Fields form, IWorkspaceGateway gateway, ColumnRules rules, CancellationToken cancel)
    {
        var table = (await gateway.GetCatalogAsync(workspace, ReadAccess.Everything, cancel)).Find(form.Table);
        var column = table?.Schema.Columns.FirstOrDefault(each => each.Name.Equals(form.Column, StringComparison.OrdinalIgnoreCase))
            ?? throw new ProblemException(ProblemCodes.NotFound, "There is no such table or column.");
        rules.Set(workspace, new ColumnRule(table!.Schema.Name, column.Name, ColumnClasses.Find(form.Class)!.Value, form.Ai == "hidden"));
    }

    private static async Task<PrivacyPreview> PreviewAsync(
        WorkspaceId workspace, CatalogTable table, IWorkspaceGateway gateway, QueryOptions options, ColumnRules rules, AuditLog audit, CancellationToken cancel)
    {
        var access = rules.For(workspace, ReadAccess.Everything, mayPrivate: false);
        var seen = await gateway.ReadRowsAsync(
            workspace, new RowsMessage(table.Schema.Name, [], new RowOrder(null, false), null, PreviewRows, PreviewColumns, PreviewLength, access, options.Deadline), cancel);
        await audit.RecordAsync(new AuditEntry(AuditActions.TableViewed)
        {
            Target = ("table", table.Schema.Name),
            Workspace = workspace,
            Details = [("preview", true), ("rows", seen?.Rows.Count ?? 0), ("statements", RequestScope.Current?.Statements)],
        });
        return seen is null
            ? new PrivacyPreview([], [])
            : new PrivacyPreview(
                [.. seen.Columns.Select(column => column.Name)],
                [.. seen.Rows.Select(row => (IReadOnlyList<string>)[.. row.Select(cell => cell.IsNull ? "" : Cut(cell.ToString()))])]);
    }

    private static string Cut(string text) => text.Length <= PreviewLength ? text : text[..PreviewLength] + "…";

    private static int HiddenIn(CatalogTable table, IReadOnlyList<ColumnRule> rules) => table.Schema.Columns.Count(column => Find(rules, table.Schema.Name, column.Name)?.IsHiddenFrom(mayPrivate: false) == true);

    private static ColumnRule? Find(IReadOnlyList<ColumnRule> rules, string table, string column) => rules.FirstOrDefault(rule =>
        rule.Table.Equals(table, StringComparison.OrdinalIgnoreCase) && rule.Column.Equals(column, StringComparison.OrdinalIgnoreCase));

    private static PrivacyColumn Column(string table, ColumnSchema column, IReadOnlyList<ColumnRule> rules)
    {
        var rule = Find(rules, table, column.Name);
        return new PrivacyColumn(column.Name, column.Description, ColumnClasses.NameOf(rule?.Class ?? ColumnClass.Internal), rule?.IsHidden ?? false);
    }

    /// <param name="Ai">"shown" or "hidden".</param>
    internal sealed record Fields(string Table, string Column, string Class, string Ai);

    internal sealed class Validator : AbstractValidator<Fields>
    {
        public Validator()
        {
            RuleFor(form => form.Table).Length(1, TableSchema.MaxNameLength).WithMessage("table is the name of a table.");
            RuleFor(form => form.Column).Length(1, TableSchema.MaxNameLength).WithMessage("column is the name of one of its columns.");
            RuleFor(form => form.Class).Must(name => ColumnClasses.Find(name) is not null).WithMessage("class is public, internal, private or confidential.");
            RuleFor(form => form.Ai).Must(ai => ai is "shown" or "hidden").WithMessage("ai is shown or hidden.");
        }
    }

    internal sealed record Opening
    {
        public string? Table { get; init; }

        internal sealed class Validator : AbstractValidator<Opening>
        {
            public Validator() => RuleFor(opening => opening.Table).MaximumLength(TableSchema.MaxNameLength).WithMessage("table is the name of a table.");
        }
    }
}
