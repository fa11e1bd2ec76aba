using FluentValidation;
using WorkspaceServer.Hosting;
using WorkspaceServer.Protocol;

namespace WorkspaceServer.Features.Agents.Endpoints;

/// <summary>POST /api/v1/agent/token: a token of 15 minutes for an assertion that the agent signed.</summary>
internal static class ExchangeAssertion
{
    private static readonly Validator Rules = new();

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost(SyncPaths.Token, Handle)
        .Guarded(Authority.Anyone, RateClasses.TokenExchange, InputCheck.By<Validator>(), Recording.Nothing("what the agent does with it is recorded"));

    private static TokenAnswer Handle(TokenRequest body, AgentTokens tokens) => tokens.Exchange(body.Checked(Rules).Assertion);

    internal sealed class Validator : AbstractValidator<TokenRequest>
    {
        public Validator() => RuleFor(body => body.Assertion).Length(1, Assertion.MaxLength).WithMessage($"assertion has up to {Assertion.MaxLength} characters.");
    }
}
