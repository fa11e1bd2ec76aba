using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.OAuth.Clients;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.OAuth.Exchange;

/// <summary>POST /oauth/revoke: a client gives back a token that it no longer needs (RFC 7009).</summary>
internal static class RevokeToken
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost(OAuthPaths.Revoke, HandleAsync)
        .AddEndpointFilter<OAuthErrors>()
        .WithMetadata(new OAuthBody())
        .RequireCors(OriginCheck.CorsPolicy)
        .Guarded(Authority.Anyone, RateClasses.TokenExchange, InputCheck.By<OAuthForm>(), Recording.As(AuditActions.OAuthRevoked));

    private static async Task<IResult> HandleAsync(HttpContext context, TokenDesk desk, ClientStore clients)
    {
        var form = await OAuthForm.ReadAsync(context);
        var token = form.Get("token");
        var client = form.Get("client_id");
        if (clients.Find(client) is null)
        {
            throw OAuthException.InvalidClient();
        }

        desk.Revoke(client, token);
        return Results.Ok();
    }
}
