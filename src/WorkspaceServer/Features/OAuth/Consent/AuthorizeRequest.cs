using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using WorkspaceServer.Features.OAuth.Clients;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Features.Tokens.Handshakes;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.OAuth.Consent;

/// <summary>A refusal that the client hears of, by way of the browser (RFC 6749, section 4.1.2.1).</summary>
internal sealed class AuthorizeRefusal(string redirectUri, string? state, string error, string description) : Exception(description)
{
    public string LocationFrom(PublicAddress address) =>
        AuthorizeRequest.Location(redirectUri, address, state, ("error", error), ("error_description", Message));
}

/// <summary>What a client asks a person for (RFC 6749, section 4.1.1; RFC 7636; RFC 8707). Read anew from the query each time, so a form can change nothing of it.</summary>
/// <param name="Scopes">Those of ours that it asks for; never none.</param>
internal sealed record AuthorizeRequest(OAuthClient Client, string RedirectUri, string Challenge, string? State, IReadOnlyList<string> Scopes)
{
    /// <summary>Longest value of a parameter, in characters.</summary>
    public const int MaxValueLength = 2_048;

    /// <summary>A challenge is a SHA-256 in base64url.</summary>
    private const int ChallengeLength = 43;

    private static readonly string[] Names = ["response_type", "client_id", "redirect_uri", "code_challenge", "code_challenge_method", "state", "scope", "resource", "response_mode"];

    /// <summary>The try to connect that the request names, by the resource that the client was given.</summary>
    public string? Mark { get; private init; }

    /// <param name="heard">Told of each step that the request stands for, with the client where it is known.</param>
    /// <exception cref="ProblemException">The client or its redirect address is not known: the person hears of it here, and nobody is sent anywhere.</exception>
    /// <exception cref="AuthorizeRefusal">Anything else is wrong.</exception>
    public static async Task<AuthorizeRequest> ReadAsync(HttpRequest request, ClientDirectory clients, PublicAddress address, Action<string?, HandshakeStep, HandshakeOutcome, OAuthClient?> heard)
    {
        var query = request.Query;
        var mark = WatchMark.In(query["resource"]);
        var client = await FindAsync(query, clients, (outcome, found) => heard(mark, HandshakeStep.Client, outcome, found), request.HttpContext.RequestAborted);
        var redirectUri = Once(query, "redirect_uri");
        if (!RedirectAddress.IsOneOf(client.RedirectUris, redirectUri))
        {
            heard(mark, HandshakeStep.Authorize, HandshakeOutcome.WrongRedirect, client);
            throw new ProblemException(ProblemCodes.BadRequest, "The program that sent you here wants you sent back to an address that it has not registered. That may be an attack; nothing was allowed.");
        }

        var state = query.TryGetValue("state", out var states) && states.Count == 1 && states[0]!.Length <= MaxValueLength ? states[0] : null;
        AuthorizeRefusal Refused(string error, string description)
        {
            heard(mark, HandshakeStep.Authorize, HandshakeOutcome.WrongRequest, client);
            return new AuthorizeRefusal(redirectUri, state, error, description);
        }

        if (Names.Any(name => query[name].Count > 1 || query[name].Any(value => value?.Length > MaxValueLength)))
        {
            throw Refused("invalid_request", "A parameter is there twice, or is too long.");
        }

        if (query["response_type"] != "code" || query["response_mode"] is { Count: > 0 } mode && mode != "query")
        {
            throw Refused("unsupported_response_type", "response_type must be code, and response_mode query.");
        }

        if (query["code_challenge_method"] != "S256" || query["code_challenge"].ToString() is not { Length: ChallengeLength } challenge || !challenge.All(IsBase64Url))
        {
            throw Refused("invalid_request", "PKCE is needed: code_challenge with code_challenge_method=S256.");
        }

        if (query["resource"] is { Count: 1 } resource && !IsResource(resource.ToString(), address))
        {
            throw Refused("invalid_target", "This server gives tokens for its own /mcp only.");
        }

        var asked = Tokens.Scopes.Parse(query["scope"].ToString());
        var scopes = asked.Length == 0 ? Tokens.Scopes.Default : [.. Tokens.Scopes.All.Where(asked.Contains)];
        if (!scopes.Any(Tokens.Scopes.Default.Contains))
        {
            throw Refused("invalid_scope", $"Ask for one or more of: {Tokens.Scopes.Format(Tokens.Scopes.Default)}. The other scopes open nothing by themselves.");
        }

        heard(mark, HandshakeStep.Authorize, HandshakeOutcome.Done, client);
        return new AuthorizeRequest(client, redirectUri, challenge, state, scopes) { Mark = mark };
    }

    /// <summary>Whether a client means our MCP endpoint. One slash more does not make it another one, nor does the mark of a try to connect.</summary>
    public static bool IsResource(string resource, PublicAddress address) =>
        Uri.TryCreate(resource, UriKind.Absolute, out var uri) && uri.Fragment.Length == 0
        && (WatchMark.In(resource) is null ? uri.AbsoluteUri : uri.GetLeftPart(UriPartial.Path)).TrimEnd('/') == new Uri(ProtectedResource.Of(address)).AbsoluteUri;

    /// <summary>BASE64URL(SHA256(verifier)) (RFC 7636, section 4.2).</summary>
    public static string ChallengeOf(string verifier) => WebEncoders.Base64UrlEncode(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));

    /// <summary>The client's address with the answer behind it, and who answers (RFC 9207).</summary>
    public static string Location(string redirectUri, PublicAddress address, string? state, params IEnumerable<(string Name, string Value)> answer)
    {
        (string Name, string Value)[] own = state is null ? [("iss", address.Origin)] : [("state", state), ("iss", address.Origin)];
        var query = string.Join('&', answer.Concat(own).Select(each => $"{each.Name}={Uri.EscapeDataString(each.Value)}"));
        return redirectUri + (redirectUri.Contains('?', StringComparison.Ordinal) ? "&" : "?") + query;
    }

    private static async Task<OAuthClient> FindAsync(IQueryCollection query, ClientDirectory clients, Action<HandshakeOutcome, OAuthClient?> heard, CancellationToken cancel)
    {
        try
        {
            var client = await clients.FindAsync(Once(query, "client_id"), cancel);
            heard(HandshakeOutcome.Done, client);
            return client;
        }
        catch (ProblemException problem)
        {
            heard(problem.Code == ProblemCodes.NotFound ? HandshakeOutcome.UnknownClient : HandshakeOutcome.WrongDocument, null);
            throw;
        }
    }

    private static string Once(IQueryCollection query, string name) => query[name] is [{ Length: > 0 and <= MaxValueLength } value]
        ? value
        : throw new ProblemException(ProblemCodes.BadRequest, $"The program that sent you here made a mistake: {name} is needed, once. Connect it again from the start.");

    private static bool IsBase64Url(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_';
}
