using FluentValidation;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Protocol;

namespace WorkspaceServer.Features.Agents.Endpoints;

/// <summary>POST /api/v1/agent/pair: redeems a pairing token, once.</summary>
internal static class PairAgent
{
    private static readonly Validator Rules = new();

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost(SyncPaths.Pair, HandleAsync)
        .Guarded(Authority.Anyone, RateClasses.Pairing, InputCheck.By<Validator>(), Recording.As(AuditActions.AgentPaired, AuditActions.AgentPairingFailed));

    private static async Task<IResult> HandleAsync(PairRequest body, AgentDesk desk) =>
        Results.Json(await desk.PairAsync(body.Checked(Rules)), statusCode: StatusCodes.Status201Created);

    internal sealed class Validator : AbstractValidator<PairRequest>
    {
        /// <summary>Longest token, key and signature that are looked at, in characters.</summary>
        public const int MaxSecretLength = 128;

        public Validator()
        {
            RuleFor(body => body.Token).Length(1, MaxSecretLength).WithMessage("token is what the dashboard shows, beginning with wsp_pair_.");
            RuleFor(body => body.PublicKey).Length(1, MaxSecretLength).WithMessage("public_key is an Ed25519 key as base64url.");
            RuleFor(body => body.Signature).Length(1, MaxSecretLength).WithMessage("signature is 64 bytes as base64url.");
            RuleFor(body => body.Name).Must(AgentNames.IsGood).WithMessage($"name has 1 to {SyncLimits.MaxNameLength} characters and no line breaks.");
            RuleFor(body => body.Version).Must(AgentNames.IsGood).WithMessage($"version has 1 to {SyncLimits.MaxNameLength} characters.");
            RuleFor(body => body.Platform).Must(AgentNames.IsGood).WithMessage($"platform has 1 to {SyncLimits.MaxNameLength} characters.");
        }
    }
}
