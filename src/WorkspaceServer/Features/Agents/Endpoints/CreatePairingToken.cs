using System.Security.Claims;
using FluentValidation;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Protocol;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Agents.Endpoints;

/// <summary>POST /api/v1/workspaces/{workspace}/pairing-tokens: makes a token for one agent. It is in this answer and nowhere else.</summary>
internal static class CreatePairingToken
{
    private static readonly Validator Rules = new();

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost(AgentPaths.PairingTokens, Handle)
        .Guarded(Authority.Needs(Permissions.AgentsPair.Name), RateClasses.Api, InputCheck.By<Validator>(), Recording.As(AuditActions.PairingStarted));

    private static IResult Handle(WorkspaceId workspace, Body body, ClaimsPrincipal user, AgentDesk desk)
    {
        var issued = desk.CreateToken(Principal.Of(user)!, workspace, body.Checked(Rules).Name);
        return Results.Json(PairingTokenShown.Of(issued.Token, issued.Token.CreatedAt, issued.Text), statusCode: StatusCodes.Status201Created);
    }

    /// <param name="Name">What it is for, such as the computer's name.</param>
    internal sealed record Body(string Name);

    internal sealed class Validator : AbstractValidator<Body>
    {
        public Validator() => RuleFor(body => body.Name).Must(AgentNames.IsGood).WithMessage($"name has 1 to {SyncLimits.MaxNameLength} characters and no line breaks.");
    }
}
