using ModelContextProtocol.Protocol;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Mcp.Tools;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Hosting;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Mcp.Resources;

/// <summary>Resources: workspace://schema, the whole schema, and workspace://table/{name}, one table; with completion of names.</summary>
internal sealed class WorkspaceResources(IWorkspaceGateway gateway, Policy policy, AuditLog audit)
{
    public const string Scheme = "workspace://";

    private const string SchemaUri = Scheme + "schema";
    private const string TablePrefix = Scheme + "table/";
    private const string TableTemplate = TablePrefix + "{name}";
    private const string PlainText = "text/plain";

    /// <summary>Most values that one completion may have (MCP, Completion).</summary>
    private const int MaxCompletions = 100;

    /// <summary>How long a client may keep what it read.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(10);

    public async ValueTask<ListResourcesResult> ListAsync(Caller caller, CancellationToken cancel)
    {
        var tables = await VisibleAsync(caller, cancel);
        // A list, for the SDK may add to it.
        List<Resource> resources = MayRead(caller)
            ? [
                new Resource { Uri = SchemaUri, Name = "schema", Title = "Schema", Description = "All tables with their columns.", MimeType = PlainText },
                .. tables.Tables.Select(table => new Resource { Uri = TablePrefix + table.Schema.Name, Name = table.Schema.Name, Description = "The columns of this table.", MimeType = PlainText }),
            ]
            : [];
        return new ListResourcesResult { Resources = resources, TimeToLive = Lifetime, CacheScope = CacheScope.Private };
    }

    public static ListResourceTemplatesResult ListTemplates() => new()
    {
        ResourceTemplates =
        [
            new ResourceTemplate
            {
                UriTemplate = TableTemplate, Name = "table", Title = "Table", Description = "The columns of one table.", MimeType = PlainText,
            },
        ],
        TimeToLive = Lifetime,
        CacheScope = CacheScope.Private,
    };

    /// <returns>Null if there is no such resource.</returns>
    public async ValueTask<ReadResourceResult?> ReadAsync(string uri, Caller caller, CancellationToken cancel)
    {
        var visible = await VisibleAsync(caller, cancel);
        var text = uri == SchemaUri ? Schema(visible)
            : uri.StartsWith(TablePrefix, StringComparison.Ordinal) && visible.Find(uri[TablePrefix.Length..]) is { } table ? Table(table)
            : null;
        if (text is null)
        {
            await RefusedAsync(uri, ProblemCodes.NotFound.Code);
            return null;
        }

        await audit.RecordAsync(Entry(AuditActions.McpResourceRead, uri));
        return new ReadResourceResult
        {
            Contents = [new TextResourceContents { Uri = uri, MimeType = PlainText, Text = text }],
            TimeToLive = Lifetime,
            CacheScope = CacheScope.Private,
        };
    }

    /// <summary>Records that somebody asked for a resource that there is not, or that the token does not cover.</summary>
    public Task RefusedAsync(string uri, string outcome) => audit.RecordAsync(Entry(AuditActions.McpResourceRefused, uri) with { Outcome = outcome });

    /// <summary>Names of tables that begin with what was typed.</summary>
    public async ValueTask<CompleteResult> CompleteAsync(CompleteRequestParams request, Caller caller, CancellationToken cancel)
    {
        if (request.Ref is not ResourceTemplateReference { Uri: TableTemplate } || request.Argument.Name != "name")
        {
            return new CompleteResult { Completion = new Completion { Values = [], Total = 0, HasMore = false } };
        }

        var names = (await VisibleAsync(caller, cancel)).Tables
            .Select(table => table.Schema.Name)
            .Where(name => name.StartsWith(request.Argument.Value, StringComparison.OrdinalIgnoreCase))
            .ToArray();
        return new CompleteResult
        {
            Completion = new Completion { Values = [.. names.Take(MaxCompletions)], Total = names.Length, HasMore = names.Length > MaxCompletions },
        };
    }

    private static AuditEntry Entry(AuditAction action, string uri) => new(action)
    {
        Target = ("resource", uri),
        Details = [("client", RequestScope.Current?.Client)],
    };

    private bool MayRead(Caller caller) => policy.May(caller.Principal, Permissions.TablesRead, caller.Workspace).IsAllowed;

    private async Task<Catalog> VisibleAsync(Caller caller, CancellationToken cancel) => MayRead(caller)
        ? await gateway.GetCatalogAsync(caller.Workspace, caller.Access, cancel)
        : new Catalog(0, []);

    private static string Schema(Catalog visible)
    {
        var text = new FencedText();
        var shown = visible.Tables.TakeWhile(table => text.TryAdd(
            $"{JsonText.Of(table.Schema.Name)} {JsonText.Of(table.RowCount)} rows: {string.Join(", ", table.Schema.Columns.Select(column => $"{column.Name} {column.Type.ToString().ToLowerInvariant()}"))}"))
            .Count();
        return text.Close(
            visible.Tables.Count == 0 ? "There are no tables yet." : $"{visible.Tables.Count} tables; oldest rows {JsonText.AsOf(ListTablesTool.Oldest(visible), CatalogTable.AreReconciled(visible.Tables))}.",
            shown < visible.Tables.Count ? "Cut off: read single tables." : null);
    }

    private static string Table(CatalogTable table)
    {
        var text = new FencedText();
        text.TryAdd(TableText.About(table));
        text.TryAdd(TableText.Header);
        var shown = TableText.Columns(table).TakeWhile(column => text.TryAdd(column.Line)).Count();
        return text.Close(
            $"{table.Schema.Columns.Count} columns; rows {JsonText.AsOf(table.LoadedAt, table.IsReconciled)}.",
            shown < table.Schema.Columns.Count ? "Cut off: there are more columns." : null);
    }
}
