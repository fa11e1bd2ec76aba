using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Accounts.External;

/// <summary>POST /sign-in/clerk: exchanges a session token of Clerk's, once, for a session of ours. The token comes in the body, as a form or as JSON.</summary>
internal static class ExchangeClerkToken
{
    private const string TokenField = "token";

    /// <summary>Largest body, in bytes: a token and what a form adds to it.</summary>
    private const int MaxBodyBytes = 2 * TokenVerifier.MaxTokenLength;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost(AccountPaths.ClerkSignIn, HandleAsync)
        .WithMetadata(new RequestSizeLimitAttribute(MaxBodyBytes))
        .AddEndpointFilter<RecordRefusals>()
        .Guarded(
            Authority.Anyone,
            RateClasses.SignIn,
            InputCheck.By<TokenVerifier>(),
            Recording.As(AuditActions.SignInSucceeded, AuditActions.SignInFailed, AuditActions.PersonRegistered));

    private static async Task<IResult> HandleAsync(
        HttpContext context, ClerkProvider provider, ExternalStore store, ExternalSignIn signIn, PublicAddress address, TimeProvider clock, CancellationToken cancel)
    {
        // Another site's page could otherwise sign a browser in as somebody else. Programs send no Origin, and carry no cookies.
        if (context.Request.Headers.Origin is { Count: > 0 } origin && origin != address.Origin)
        {
            throw new ProblemException(ProblemCodes.OriginNotAllowed, "Sign in from this server's own page.");
        }

        var (token, returnTo) = await ReadAsync(context.Request, cancel);
        var (identity, usableUntil) = await provider.VerifyAsync(token, cancel);
        if (!store.UseToken(token[..token.LastIndexOf('.')], usableUntil, clock.GetUtcNow()))
        {
            throw SignInRefused.Proof("token_used_before");
        }

        await signIn.StartSessionAsync(context, identity);
        context.Response.Headers.Location = returnTo;
        return Results.StatusCode(StatusCodes.Status303SeeOther);
    }

    private static async Task<(string Token, string ReturnTo)> ReadAsync(HttpRequest request, CancellationToken cancel)
    {
        var (token, returnTo) = request.HasFormContentType ? await ReadFormAsync(request, cancel) : await ReadJsonAsync(request, cancel);
        return token is { Length: > 0 }
            ? (token, Accounts.ReturnTo.Safe(returnTo))
            : throw new ProblemException(ProblemCodes.BadRequest, "Send the session token of Clerk as the field token, in a form or in JSON.");
    }

    private static async Task<(string? Token, string? ReturnTo)> ReadFormAsync(HttpRequest request, CancellationToken cancel)
    {
        var form = await request.ReadFormAsync(cancel);
        return (form[TokenField], form[Accounts.ReturnTo.Field]);
    }

    private static async Task<(string? Token, string? ReturnTo)> ReadJsonAsync(HttpRequest request, CancellationToken cancel)
    {
        if (!request.HasJsonContentType())
        {
            throw new ProblemException(ProblemCodes.UnsupportedMediaType, "Send the session token of Clerk as a form or as JSON.");
        }

        try
        {
            var body = await request.ReadFromJsonAsync<Body>(cancel);
            return (body?.Token, body?.ReturnTo);
        }
        catch (JsonException)
        {
            throw new ProblemException(ProblemCodes.BadRequest, "The body is no JSON with a field token.");
        }
    }

    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    private sealed record Body(string? Token, string? ReturnTo);
}
