using FluentValidation;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Agents;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Sync.Endpoints;

/// <summary>POST /api/v1/workspaces/{workspace}/sync/tables/{table}/accept-schema and the button of /w/{workspace}/agents: lets changed columns pass; the agent's next snapshot brings them.</summary>
internal static class AcceptSchema
{
    private const string NoTable = "table is the name of a table.";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(ShowSyncStatus.Path + "/tables/{table}/accept-schema", HandleAsync)
            .Guarded(Authority.Needs(Permissions.SyncApprove.Name), RateClasses.Api, InputCheck.Ids, Recording.As(AuditActions.SyncSchemaAccepted));
        routes.MapPost(AccessPaths.Page + AgentPages.Behind + "/accept-schema", AcceptAsync)
            .TakesForm()
            .Guarded(Authority.Needs(Permissions.SyncApprove.Name), RateClasses.Pages, InputCheck.By<Validator>(), Recording.As(AuditActions.SyncSchemaAccepted));
    }

    private static async Task<IResult> AcceptAsync(WorkspaceId workspace, HttpContext context, SyncDesk desk, CancellationToken cancel)
    {
        var (form, problems) = await Form.ReadAsync(context, new Validator());
        if (problems is not null)
        {
            throw new ProblemException(ProblemCodes.InvalidArgument, NoTable);
        }

        await desk.AcceptSchemaAsync(workspace, form.Table, cancel);
        return Page.SeeOther(AccessPaths.PageOf(workspace) + AgentPages.Behind);
    }

    private static async Task<Answer> HandleAsync(WorkspaceId workspace, string table, SyncDesk desk, CancellationToken cancel) =>
        new(table, await desk.AcceptSchemaAsync(workspace, table, cancel));

    /// <param name="Accepted">The changes, in words.</param>
    internal sealed record Answer(string Table, string Accepted);

    internal sealed record Fields(string Table);

    internal sealed class Validator : AbstractValidator<Fields>
    {
        public Validator() => RuleFor(form => form.Table).Length(1, TableSchema.MaxNameLength).WithMessage(NoTable);
    }
}
