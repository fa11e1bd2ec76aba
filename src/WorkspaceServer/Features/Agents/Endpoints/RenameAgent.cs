using System.Security.Claims;
using FluentValidation;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Protocol;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Agents.Endpoints;

/// <summary>PUT /api/v1/workspaces/{workspace}/agents/{agent}/name: gives an agent another name.</summary>
internal static class RenameAgent
{
    private static readonly Validator Rules = new();

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPut(AgentPaths.Agent + "/name", Handle)
        .Guarded(Authority.Needs(Permissions.AgentsPair.Name), RateClasses.Api, InputCheck.By<Validator>(), Recording.As(AuditActions.AgentRenamed));

    private static IResult Handle(WorkspaceId workspace, string agent, Body body, ClaimsPrincipal user, AgentDesk desk)
    {
        desk.Rename(Principal.Of(user)!, workspace, agent, body.Checked(Rules).Name);
        return Results.NoContent();
    }

    internal sealed record Body(string Name);

    internal sealed class Validator : AbstractValidator<Body>
    {
        public Validator() => RuleFor(body => body.Name).Must(AgentNames.IsGood).WithMessage($"name has 1 to {SyncLimits.MaxNameLength} characters and no line breaks.");
    }
}
