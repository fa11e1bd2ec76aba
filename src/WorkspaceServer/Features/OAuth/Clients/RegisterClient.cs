using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.OAuth.Clients;

/// <summary>POST /oauth/register: a client makes itself known (RFC 7591). It gets an id and no rights; those only a person gives.</summary>
internal static class RegisterClient
{
    /// <summary>Most clients that registered and have no tokens yet.</summary>
    public const int MaxUnused = 10_000;

    /// <summary>A client that has no grant is forgotten this long after it registered or last got tokens.</summary>
    public static readonly TimeSpan KeptUnused = TimeSpan.FromDays(7);

    /// <summary>A grant of which the client never fetched a token is forgotten after this long.</summary>
    public static readonly TimeSpan KeptUnconnected = TimeSpan.FromHours(1);

    /// <summary>A grant that is over stays in the lists for this long.</summary>
    public static readonly TimeSpan KeptOver = TimeSpan.FromDays(90);

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost(OAuthPaths.Register, HandleAsync)
        .AddEndpointFilter<OAuthErrors>()
        .WithMetadata(new OAuthBody())
        .RequireCors(OriginCheck.CorsPolicy)
        .Guarded(Authority.Anyone, RateClasses.ClientRegistration, InputCheck.By<ClientMetadata>(), Recording.As(AuditActions.OAuthClientRegistered));

    private static async Task<IResult> HandleAsync(HttpContext context, ClientStore clients, TimeProvider clock)
    {
        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var metadata = ClientMetadata.Parse(body.GetBuffer().AsSpan(0, (int)body.Length));
        var now = clock.GetUtcNow();
        var client = new OAuthClient(Guid.CreateVersion7(now).ToString("n"), metadata.Name ?? "A client without a name", metadata.RedirectUris, IsDocument: false, FreshUntil: null, now);
        if (!clients.Register(client, MaxUnused, now - KeptUnused, now - KeptUnconnected, now - KeptOver))
        {
            throw new OAuthException("temporarily_unavailable", "Too many clients have registered and were not used. Try again later.", StatusCodes.Status503ServiceUnavailable);
        }

        // What was asked for and is not done is answered with what is (section 3.2.1): no secret, whatever the method.
        return Results.Json(
            new Answer(client.Id, now.ToUnixTimeSeconds(), client.Name, client.RedirectUris, ["authorization_code", "refresh_token"], ["code"], "none"),
            statusCode: StatusCodes.Status201Created);
    }

    private sealed record Answer(
        string ClientId,
        long ClientIdIssuedAt,
        string ClientName,
        IReadOnlyList<string> RedirectUris,
        IReadOnlyList<string> GrantTypes,
        IReadOnlyList<string> ResponseTypes,
        string TokenEndpointAuthMethod);
}
