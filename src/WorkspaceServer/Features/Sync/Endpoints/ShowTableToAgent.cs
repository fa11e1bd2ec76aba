using System.Security.Claims;
using WorkspaceServer.Features.Agents;
using WorkspaceServer.Hosting;
using WorkspaceServer.Protocol;
using WorkspaceServer.Workspaces.Sync;

namespace WorkspaceServer.Features.Sync.Endpoints;

/// <summary>GET /api/v1/workspaces/{workspace}/sync/tables/{table}: a table that this agent sends, as the server has it.</summary>
internal static class ShowTableToAgent
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet(SyncPaths.Table, HandleAsync)
        .Guarded(Authority.Agent, RateClasses.Sync, InputCheck.Ids, Recording.Nothing("reads only"));

    /// <summary>Of tables that others made an agent learns nothing but that the name is taken.</summary>
    private static async Task<TableAnswer> HandleAsync(string table, ClaimsPrincipal user, ISyncGateway gateway, CancellationToken cancel)
    {
        var agent = AgentIdentity.Of(user);
        var found = (await gateway.ListTablesAsync(agent.Workspace, cancel)).FirstOrDefault(each => each.Table.Schema.Name.Equals(table, StringComparison.OrdinalIgnoreCase))
            ?? throw new ProblemException(ProblemCodes.NotFound, "There is no such table yet.");
        if (found.Agent != agent.Id)
        {
            throw new ProblemException(ProblemCodes.TableTaken, "The table was made by an import or is sent by another agent.");
        }

        return new TableAnswer(
            SyncSchemas.ToProtocol(found.Table.Schema), new ControlTotals(found.Table.RowCount, found.Table.Totals), found.LastRun, IsYours: true,
            found.Table.LoadedAt.ToUnixTimeSeconds(), found.Table.IsReconciled ?? true);
    }
}
