using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
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

    public static TheoryData<string> Places => ["path", "query", "header", "cookie", "json body", "form body", "address behind", "two tokens"];

    private RouteEndpoint[] Endpoints => [.. neighbours.Server.Endpoints.OfType<RouteEndpoint>()];

    [Theory]
    [MemberData(nameof(Places))]
    public async Task WhatIsForeignIsAnsweredLikeWhatIsUnknown(string place)
    {
        var complaints = new List<string>();
        foreach (var endpoint in Endpoints)
        {
            foreach (var method in MethodsOf(endpoint))
            {
                // The other workspace's token alone would simply be good.
                foreach (var isCaller in place == "two tokens" ? (bool[])[true] : [true, false])
                {
                    complaints.AddRange(await ComplaintsAsync(place, endpoint, method, isCaller));
                }
            }
        }

        Assert.True(complaints.Count == 0, string.Join("\n\n", complaints.Take(5)));
    }

    /// <summary>Who else may call has to be tried too: this fails when an endpoint is for somebody whom this suite cannot be.</summary>
    [Fact]
    public void EveryEndpointIsForACallerWhomThisSuiteTries() => Assert.Empty(Endpoints
        .Where(endpoint => endpoint.Metadata.GetMetadata<Guard>()?.Authority is not (Authority.AnyoneAuthority or Authority.TokenAuthority))
        .Select(endpoint => $"{endpoint.DisplayName}: teach {nameof(EveryEndpointTests)} to sign in as its caller"));

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

    private static string Fill(RouteEndpoint endpoint, string value) => "/" + string.Join('/', endpoint.RoutePattern.PathSegments.Select(segment =>
        string.Concat(segment.Parts.Select(part => part is Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal ? literal.Content : Uri.EscapeDataString(value)))));

    private async Task<IEnumerable<string>> ComplaintsAsync(string place, RouteEndpoint endpoint, HttpMethod method, bool isCaller)
    {
        var complaints = new List<string>();
        for (var kind = 0; kind < neighbours.Theirs.Values.Count(); kind++)
        {
            foreach (var name in NamesOf(place))
            {
                var (each, at) = (name, kind);
                complaints.AddRange(await neighbours.ComplaintsAsync(
                    $"{method} {endpoint.RoutePattern.RawText} with {target(neighbours.Theirs)} in its {place} {name}{(isCaller ? "" : ", without a token")}",
                    who => SendAsync(place, each, target(who), endpoint, method, isCaller ? neighbours.MyToken : null)));

                string target(Target who) => who.Values.ElementAt(at);
            }
        }

        return complaints;
    }

    private static string[] NamesOf(string place) => place switch
    {
        "query" => QueryNames,
        "header" => HeaderNames,
        "cookie" => CookieNames,
        _ => [""],
    };

    private Task<Answer> SendAsync(string place, string name, string value, RouteEndpoint endpoint, HttpMethod method, string? token)
    {
        var path = Fill(endpoint, place == "path" ? value : "1");
        return place switch
        {
            "query" => neighbours.SendAsync(method, $"{path}?{name}={Uri.EscapeDataString(value)}", token, Body(method), McpCalls.Accept),
            "header" => neighbours.SendAsync(method, path, token, Body(method), [.. McpCalls.Accept, (name, value)]),
            "cookie" => neighbours.SendAsync(method, path, token, Body(method), [.. McpCalls.Accept, ("Cookie", $"{name}={Uri.EscapeDataString(value)}")]),
            "json body" => neighbours.SendAsync(method, path, token, Json(method, QueryNames.ToDictionary(each => each, _ => value)), McpCalls.Accept),
            "form body" => neighbours.SendAsync(method, path, token, Form(method, value), McpCalls.Accept),
            "address behind" => neighbours.SendAsync(method, $"{path.TrimEnd('/')}/{Uri.EscapeDataString(value)}", token, Body(method), McpCalls.Accept),
            "two tokens" => neighbours.SendAsync(method, path, token, Body(method), [.. McpCalls.Accept, ("Authorization", $"Bearer {value}")]),
            _ => neighbours.SendAsync(method, path, token, Body(method), McpCalls.Accept),
        };
    }

    private static StringContent? Body(HttpMethod method) =>
        method == HttpMethod.Get ? null : new StringContent(McpCalls.Call("list_tables", "{}"), Encoding.UTF8, "application/json");

    private static StringContent? Json(HttpMethod method, Dictionary<string, string> members) =>
        method == HttpMethod.Get ? null : new StringContent(JsonSerializer.Serialize(members), Encoding.UTF8, "application/json");

    private static FormUrlEncodedContent? Form(HttpMethod method, string value) =>
        method == HttpMethod.Get ? null : new FormUrlEncodedContent(QueryNames.Select(name => KeyValuePair.Create(name, value)));
}
