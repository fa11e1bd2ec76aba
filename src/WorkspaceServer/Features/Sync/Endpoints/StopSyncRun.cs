using FluentValidation;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Agents;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Sync.Endpoints;

/// <summary>POST /api/v1/workspaces/{workspace}/sync/runs/{run}/stop and the button of /w/{workspace}/agents: ends what an agent is sending. The table stays as it was; the agent sends again at its next sync.</summary>
internal static class StopSyncRun
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(ShowSyncStatus.Path + "/runs/{run}/stop", HandleAsync)
            .Guarded(Authority.Needs(Permissions.SyncApprove.Name), RateClasses.Api, InputCheck.Ids, Recording.As(AuditActions.SyncRunStopped));
        routes.MapPost(AccessPaths.Page + AgentPages.Behind + "/stop", StopAsync)
            .TakesForm()
            .Guarded(Authority.Needs(Permissions.SyncApprove.Name), RateClasses.Pages, InputCheck.By<Validator>(), Recording.As(AuditActions.SyncRunStopped));
    }

    private static async Task<Answer> HandleAsync(WorkspaceId workspace, string run, SyncDesk desk, CancellationToken cancel) =>
        new(run, await desk.StopAsync(workspace, run, cancel));

    private static async Task<IResult> StopAsync(WorkspaceId workspace, HttpContext context, SyncDesk desk, CancellationToken cancel)
    {
        var (form, problems) = await Form.ReadAsync(context, new Validator());
        if (problems is not null)
        {
            throw new ProblemException(ProblemCodes.InvalidArgument, Validator.Rule);
        }

        try
        {
            await desk.StopAsync(workspace, form.Run, cancel);
        }
        catch (ProblemException problem) when (problem.Code == ProblemCodes.RunClosed)
        {
            // It ended while the person looked at it: the page shows how.
        }

        return Page.SeeOther(AccessPaths.PageOf(workspace) + AgentPages.Behind + "#runs");
    }

    /// <param name="Table">As it was before the run.</param>
    internal sealed record Answer(string Run, string Table);

    internal sealed record Fields(string Run);

    internal sealed class Validator : AbstractValidator<Fields>
    {
        public const string Rule = "run is the id of a run.";

        public Validator() => RuleFor(form => form.Run).Must(RunId.IsGood).WithMessage(Rule);
    }
}
