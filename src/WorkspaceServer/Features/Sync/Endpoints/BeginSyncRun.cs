using System.Globalization;
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

    private static Task<RunAnswer> HandleAsync(string run, RunRequest body, HttpRequest request, ClaimsPrincipal user, SyncDesk desk, CancellationToken cancel) =>
        desk.BeginAsync(AgentIdentity.Of(user), RunId.Checked(run), body.Checked(Rules), ExpectedRows(request), cancel);

    /// <summary>What the agent says of how many rows come, if it says so.</summary>
    private static long? ExpectedRows(HttpRequest request)
    {
        var text = request.Headers[SyncPaths.ExpectedRowsHeader];
        return text.Count == 0 ? null
            : long.TryParse(text.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var rows) && rows <= SyncLimits.MaxRunRows ? rows
            : throw new ProblemException(ProblemCodes.InvalidArgument, $"{SyncPaths.ExpectedRowsHeader} is a whole number from 0 to {SyncLimits.MaxRunRows}. Leave it out if it is not known.");
    }

    internal sealed class Validator : AbstractValidator<RunRequest>
    {
        public Validator() => RuleFor(body => body).Must(body => SyncSchemas.WhyNot(body) is null).WithMessage(body => SyncSchemas.WhyNot(body));
    }
}
