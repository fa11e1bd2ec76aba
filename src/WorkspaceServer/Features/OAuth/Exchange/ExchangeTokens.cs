using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.OAuth.Clients;
using WorkspaceServer.Features.OAuth.Consent;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Features.Tokens.Handshakes;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.OAuth.Exchange;

/// <summary>POST /oauth/token: a client gets tokens for a code or for a refresh token (RFC 6749, section 3.2).</summary>
internal static class ExchangeTokens
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost(OAuthPaths.Token, HandleAsync)
        .AddEndpointFilter<OAuthErrors>()
        .WithMetadata(new OAuthBody())
        .RequireCors(OriginCheck.CorsPolicy)
        .Guarded(Authority.Anyone, RateClasses.TokenExchange, InputCheck.By<OAuthForm>(), Recording.As(AuditActions.OAuthTokenIssued, AuditActions.OAuthTokenReused));

    private static async Task<IResult> HandleAsync(HttpContext context, TokenDesk desk, ClientStore clients, HandshakeBook handshakes, PublicAddress address)
    {
        var form = await OAuthForm.ReadAsync(context);
        try
        {
            var pair = Exchange(form, desk, clients, address);
            handshakes.HeardOfGrant(pair.Grant.Id, pair.Grant.PersonId, HandshakeStep.Token, HandshakeOutcome.Done);
            return Results.Json(new Answer(pair.AccessToken, "Bearer", (long)pair.ExpiresIn.TotalSeconds, pair.RefreshToken, Scopes.Format(pair.Scopes)));
        }
        catch (OAuthException refusal) when (refusal.Grant is { } grant)
        {
            handshakes.HeardOfGrant(grant.Id, grant.PersonId, HandshakeStep.Token, refusal.Why);
            throw;
        }
        catch (Exception error)
        {
            handshakes.Heard(WatchMark.In(form.Find("resource")), HandshakeStep.Token, (error as OAuthException)?.Why ?? HandshakeOutcome.ServerFault);
            throw;
        }
    }

    private static TokenPair Exchange(OAuthForm form, TokenDesk desk, ClientStore clients, PublicAddress address)
    {
        var kind = form.Get("grant_type");
        var client = form.Get("client_id");
        if (clients.Find(client) is null)
        {
            throw OAuthException.InvalidClient();
        }

        if (form.Find("resource") is { } resource && !AuthorizeRequest.IsResource(resource, address))
        {
            throw OAuthException.InvalidTarget();
        }

        return kind switch
        {
            "authorization_code" => desk.ExchangeCode(client, form.Get("code"), form.Get("code_verifier"), form.Find("redirect_uri")),
            "refresh_token" => desk.Refresh(client, form.Get("refresh_token"), form.Find("scope") is { } scope ? Scopes.Parse(scope) : null),
            _ => throw new OAuthException("unsupported_grant_type", "grant_type is authorization_code or refresh_token."),
        };
    }

    private sealed record Answer(string AccessToken, string TokenType, long ExpiresIn, string RefreshToken, string Scope);
}
