using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Closure;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using WorkspaceServer.Tests.Access;
using Xunit;

namespace WorkspaceServer.Tests.Isolation;

/// <summary>
/// Every endpoint that the server maps, with another workspace's id, table, row, address and token in its path, query, body, headers and
/// cookies: the answer is the one that what does not exist gets. An endpoint added later is tried without anybody remembering.
/// </summary>
[Trait("claim", "A80")]
[Trait("claim", "B37")]
public sealed class EveryEndpointTests(Neighbours neighbours) : IClassFixture<Neighbours>
{
    private static readonly string[] QueryNames = ["workspace", "workspace_id", "id", "table", "token", "access_token"];

    private static readonly string[] HeaderNames =
        ["X-Workspace-Id", "X-Workspace", "X-Tenant-Id", "X-Forwarded-User", "Mcp-Session-Id", "Mcp-Name", "Mcp-Param-workspace", "Last-Event-ID", "X-Original-URL", "Forwarded"];

    private static readonly string[] CookieNames = ["workspace", "workspace_id", "token", "session", "__Host-session"];

    public static TheoryData<string> Places => ["path", "path within", "query", "header", "cookie", "json body", "form body", "address behind", "two tokens"];

    // Two answers of /metrics differ by the time between them; that none of it is about a workspace, MetricsTests hold.
    private RouteEndpoint[] Endpoints => [.. neighbours.Server.Endpoints.OfType<RouteEndpoint>().Where(endpoint => endpoint.RoutePattern.RawText != "/metrics")];

    [Theory]
    [MemberData(nameof(Places))]
    public async Task WhatIsForeignIsAnsweredLikeWhatIsUnknown(string place)
    {
        var complaints = new List<string>();
        foreach (var endpoint in Endpoints)
        {
            foreach (var method in MethodsOf(endpoint).Where(each => each != HttpMethod.Get || !place.EndsWith(" body", StringComparison.Ordinal)))
            {
                foreach (var caller in Callers(place))
                {
                    complaints.AddRange(await ComplaintsAsync(place, endpoint, method, caller));
                }
            }
        }

        Assert.True(complaints.Count == 0, string.Join("\n\n", complaints.Take(5)));
    }

    /// <summary>Who else may call has to be tried too: this fails when an endpoint is for somebody whom this suite cannot be.</summary>
    [Fact]
    public void EveryEndpointIsForACallerWhomThisSuiteTries() => Assert.Empty(Endpoints
        .Where(endpoint => endpoint.Metadata.GetMetadata<Guard>()?.Authority
            is not (Authority.AnyoneAuthority or Authority.TokenAuthority or Authority.AgentAuthority or Authority.SignedInAuthority or Authority.PermissionAuthority or Authority.LinkAuthority))
        .Select(endpoint => $"{endpoint.DisplayName}: teach {nameof(EveryEndpointTests)} to be its caller"));

    [Fact]
    public void TheServersOwnEndpointsAreTried()
    {
        var patterns = Endpoints.Select(endpoint => endpoint.RoutePattern.RawText?.TrimEnd('/')).ToHashSet(StringComparer.Ordinal);

        Assert.Superset(new HashSet<string?> { "/mcp", "/healthz", "/readyz" }, patterns);
    }

    [Fact]
    public async Task ADifferenceAndALeakWouldBeFound()
    {
        var found = await neighbours.ComplaintsAsync("planted", target => Task.FromResult(
            new Answer(200, "", target == neighbours.Theirs ? Neighbours.Canary : "nothing", null)));

        Assert.Equal(2, found.Count());
    }

    /// <summary>The other workspace answers its own token, so that what is asked for above is really there.</summary>
    [Fact]
    public async Task WhatIsForeignIsThereForItsOwner()
    {
        var (theirs, unknown) = (neighbours.Theirs, neighbours.Unknown);
        var own = await neighbours.PostAsync(McpCalls.Call("fetch", $$"""{"id":"{{theirs.Table}}/{{theirs.Key}}"}"""), theirs.Token);
        var none = await neighbours.PostAsync(McpCalls.Call("fetch", $$"""{"id":"{{theirs.Table}}/{{theirs.Key}}"}"""), unknown.Token);

        Assert.Contains(Neighbours.Canary, own.Body, StringComparison.Ordinal);
        Assert.Equal(401, none.Status);
    }

    private static IEnumerable<HttpMethod> MethodsOf(RouteEndpoint endpoint) =>
        endpoint.Metadata.GetMetadata<HttpMethodMetadata>() is { HttpMethods.Count: > 0 } methods
            ? methods.HttpMethods.Select(name => new HttpMethod(name))
            : [HttpMethod.Get, HttpMethod.Post];

    // The other workspace's token alone would simply be good.
    private static Caller[] Callers(string place) => place == "two tokens" ? [Caller.Token] : [Caller.Token, Caller.Owner, Caller.Agent, Caller.Nobody];

    private static string Fill(RouteEndpoint endpoint, string workspace, string value) => "/" + string.Join('/', endpoint.RoutePattern.PathSegments.Select(segment =>
        string.Concat(segment.Parts.Select(part => part switch
        {
            RoutePatternLiteralPart literal => literal.Content,
            RoutePatternParameterPart { Name: "workspace" } => Uri.EscapeDataString(workspace),
            _ => Uri.EscapeDataString(value),
        }))));

    private async Task<IEnumerable<string>> ComplaintsAsync(string place, RouteEndpoint endpoint, HttpMethod method, Caller caller)
    {
        var complaints = new List<string>();

        // Whoever is turned away at the door, whatever they name, is tried once. Where many names are tried, an id, a name and a token are enough.
        var isLetIn = IsLetIn(caller, endpoint.Metadata.GetMetadata<Guard>()!.Authority);
        if (isLetIn && endpoint.RoutePattern.RawText == ClosurePaths.ApiExport)
        {
            // Each copy has the one before in it; that it holds one person's rows only, ClosureTests hold.
            return [];
        }

        int[] kinds = !isLetIn ? [0] : NamesOf(place).Length > 1 ? [0, 1, 5] : [.. Enumerable.Range(0, neighbours.Theirs.Values.Count())];
        foreach (var kind in kinds)
        {
            await TryAsync(isLetIn ? NamesOf(place) : NamesOf(place)[..1], who => who.Values.ElementAt(kind));
        }

        // An owner's call may have switched AI off, and then the next token would be turned away at the door.
        if (isLetIn && caller == Caller.Owner)
        {
            neighbours.Server.Get<AiStops>().Allow(Principal.Operator, neighbours.Server.Workspace);
        }

        return complaints;

        // Names that the endpoint does not even hear when what they name is unknown hide nothing of each other, and are tried together.
        async Task TryAsync(string[] names, Func<Target, string> target)
        {
            if (names.Length > 1 && !await AreIgnoredAsync(names, target(neighbours.Unknown)))
            {
                await TryAsync(names[..(names.Length / 2)], target);
                await TryAsync(names[(names.Length / 2)..], target);
                return;
            }

            complaints.AddRange(await neighbours.ComplaintsAsync(
                $"{method} {endpoint.RoutePattern.RawText} with {target(neighbours.Theirs)} in its {place} {string.Join(", ", names)}, called by {caller}",
                who => SendAsync(place, names, target(who), endpoint, method, caller)));
        }

        async Task<bool> AreIgnoredAsync(string[] names, string value) =>
            (await SendAsync(place, names, value, endpoint, method, caller)).Without(value) == (await SendAsync(place, [], value, endpoint, method, caller)).Without(value);
    }

    private static bool IsLetIn(Caller caller, Authority authority) => authority switch
    {
        Authority.TokenAuthority => caller == Caller.Token,
        Authority.AgentAuthority => caller == Caller.Agent,
        Authority.SignedInAuthority or Authority.PermissionAuthority => caller == Caller.Owner,
        Authority.LinkAuthority => false, // DownloadLinkTests have links
        _ => true,
    };

    private static string[] NamesOf(string place) => place switch
    {
        "query" => QueryNames,
        "header" => HeaderNames,
        "cookie" => CookieNames,
        _ => [""],
    };

    private async Task<Answer> SendAsync(string place, string[] names, string value, RouteEndpoint endpoint, HttpMethod method, Caller caller)
    {
        var answer = await SendOnceAsync(place, names, value, endpoint, method, caller);

        // Whoever has asked for the end of their account cannot ask again.
        if (caller == Caller.Owner && method != HttpMethod.Get && neighbours.Server.Get<Closures>().StateOf(neighbours.Owner).Open is not null)
        {
            neighbours.Server.Get<Closures>().CallOff(neighbours.Owner);
        }

        return answer;
    }

    private Task<Answer> SendOnceAsync(string place, string[] names, string value, RouteEndpoint endpoint, HttpMethod method, Caller caller)
    {
        var mine = neighbours.Server.Workspace.ToString();
        var path = Fill(endpoint, place == "path" ? value : mine, place is "path" or "path within" ? value : GuardedEndpoint.NoId);
        var escaped = Uri.EscapeDataString(value);
        var (address, body, header) = place switch
        {
            "query" => ($"{path}?{string.Join('&', names.Select(name => $"{name}={escaped}"))}", Body(method), Array.Empty<(string, string)>()),
            "header" => (path, Body(method), names.Select(name => (name, value))),
            "cookie" => (path, Body(method), names.Length == 0 ? [] : [("Cookie", string.Join("; ", names.Select(name => $"{name}={escaped}")))]),
            "json body" => (path, Json(method, QueryNames.ToDictionary(each => each, _ => value)), []),
            "form body" => (path, Form(method, value), []),
            "address behind" => ($"{path.TrimEnd('/')}/{escaped}", Body(method), []),
            "two tokens" => (path, Body(method), [("Authorization", $"Bearer {value}")]),
            _ => (path, Body(method), []),
        };
        (string, string)[] headers = [.. McpCalls.Accept, .. header];
        return caller switch
        {
            Caller.Owner => neighbours.SendAsOwnerAsync(method, address, body, headers),
            Caller.Agent => neighbours.SendAsAgentAsync(method, address, body, headers),
            _ => neighbours.SendAsync(method, address, caller == Caller.Token ? neighbours.MyToken : null, body, headers),
        };
    }

    private static HttpContent? Body(HttpMethod method) =>
        method == HttpMethod.Get ? null : new StringContent(McpCalls.Call("list_tables", "{}"), Encoding.UTF8, "application/json");

    private static HttpContent? Json(HttpMethod method, Dictionary<string, string> members) =>
        method == HttpMethod.Get ? null : new StringContent(JsonSerializer.Serialize(members), Encoding.UTF8, "application/json");

    private static HttpContent? Form(HttpMethod method, string value) =>
        method == HttpMethod.Get ? null : new FormUrlEncodedContent(QueryNames.Select(name => KeyValuePair.Create(name, value)));

    /// <summary>Each in a workspace of its own, and none in the other one.</summary>
    private enum Caller
    {
        Nobody,
        Token,
        Owner,
        Agent,
    }
}
