using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Samples;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Overview;

/// <summary>POST /w/{workspace}/samples, a form, and POST /api/v1/workspaces/{workspace}/samples: loads the sample books.</summary>
internal static class LoadSample
{
    public const string Behind = "/samples";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(AccessPaths.Page + Behind, async (WorkspaceId workspace, IWorkspaceGateway gateway, AuditLog audit, CancellationToken cancel) =>
            {
                await LoadAsync(workspace, gateway, audit, cancel);
                return SeeOther.To(AccessPaths.PageOf(workspace) + "/tables");
            })
            .TakesForm()
            .Guarded(Authority.Needs(Permissions.TablesImport.Name), RateClasses.Pages, InputCheck.Ids, Recording.As(AuditActions.SampleLoaded));
        routes.MapPost(AccessPaths.Workspace + Behind, async (WorkspaceId workspace, IWorkspaceGateway gateway, AuditLog audit, CancellationToken cancel) =>
                Results.Json(new { Tables = await LoadAsync(workspace, gateway, audit, cancel) }, statusCode: StatusCodes.Status201Created))
            .Guarded(Authority.Needs(Permissions.TablesImport.Name), RateClasses.Api, InputCheck.Ids, Recording.As(AuditActions.SampleLoaded));
    }

    private static async Task<IReadOnlyList<string>> LoadAsync(WorkspaceId workspace, IWorkspaceGateway gateway, AuditLog audit, CancellationToken cancel)
    {
        var tables = await new SampleBooks().LoadAsync(gateway, workspace, progress: null, cancel);
        await audit.RecordAsync(new AuditEntry(AuditActions.SampleLoaded)
        {
            Target = ("workspace", workspace.ToString()),
            Workspace = workspace,
            Details = [("tables", tables.Select(table => table.Name).ToArray()), ("rows", tables.Sum(table => table.RowCount))],
        });
        return [.. tables.Select(table => table.Name)];
    }
}
