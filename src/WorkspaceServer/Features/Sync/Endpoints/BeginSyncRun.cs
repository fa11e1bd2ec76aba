using System.Security.Claims;
using FluentValidation;
using WorkspaceServer.Features.Agents;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Protocol;
using WorkspaceServer.Workspaces.Sync;

namespace WorkspaceServer.Features.Sync.Endpoints;

/// <summary>PUT /api/v1/workspaces/{workspace}/sync/runs/{run}: begins a run, or finds it again.</summary>
internal static class BeginSyncRun
{
    private static readonly Validator Rules = new();

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPut(SyncPaths.Run, HandleAsync)
        .Guarded(Authority.Agent, RateClasses.Sync, InputCheck.By<Validator>(), Recording.As(AuditActions.SyncBatchRefused));

    private static Task<RunAnswer> HandleAsync(string run, RunRequest body, ClaimsPrincipal user, SyncDesk desk, CancellationToken cancel) =>
        desk.BeginAsync(AgentIdentity.Of(user), RunId.Checked(run), body.Checked(Rules), cancel);

    internal sealed class Validator : AbstractValidator<RunRequest>
    {
        public Validator() => RuleFor(body => body).Must(body => SyncSchemas.WhyNot(body) is null).WithMessage(body => SyncSchemas.WhyNot(body));
    }
}
