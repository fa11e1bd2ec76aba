using System.Security.Claims;
using FluentValidation;
using WorkspaceServer.Features.Agents;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Protocol;

namespace WorkspaceServer.Features.Sync.Endpoints;

/// <summary>POST /api/v1/workspaces/{workspace}/sync/runs/{run}/commit: makes a run visible if the totals are equal.</summary>
internal static class CommitSyncRun
{
    private static readonly Validator Rules = new();

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost(SyncPaths.Commit, HandleAsync)
        .Guarded(Authority.Agent, RateClasses.Sync, InputCheck.By<Validator>(), Recording.As(AuditActions.SyncBatchAccepted, AuditActions.SyncBatchRefused));

    private static Task<RunAnswer> HandleAsync(string run, CommitRequest body, ClaimsPrincipal user, SyncDesk desk, CancellationToken cancel) =>
        desk.CommitAsync(AgentIdentity.Of(user), RunId.Checked(run), body.Checked(Rules), cancel);

    internal sealed class Validator : AbstractValidator<CommitRequest>
    {
        /// <summary>Longest sum, in characters: 39 digits of 128 bits, sign and point.</summary>
        public const int MaxSumLength = 41;

        public Validator()
        {
            RuleFor(body => body.Batches).InclusiveBetween(0, SyncLimits.MaxBatches).WithMessage($"batches is 0 to {SyncLimits.MaxBatches}.");
            RuleFor(body => body.Hash).Length(64).WithMessage("hash is 64 lowercase hexadecimal digits.");
            RuleFor(body => body.Totals.Rows).GreaterThanOrEqualTo(0).WithMessage("rows is not negative.");
            RuleFor(body => body.Totals.Sums).Must(sums => sums.Count <= SyncLimits.MaxColumns && sums.Values.All(sum => sum is { Length: > 0 and <= MaxSumLength }))
                .WithMessage($"sums has up to {SyncLimits.MaxColumns} numbers.");
        }
    }
}
