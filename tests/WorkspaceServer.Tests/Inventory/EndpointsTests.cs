using FluentValidation;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Accounts.External;
using WorkspaceServer.Features.Mcp;
using WorkspaceServer.Features.OAuth;
using WorkspaceServer.Features.OAuth.Clients;
using WorkspaceServer.Features.OAuth.Consent;
using WorkspaceServer.Features.OAuth.Grants;
using WorkspaceServer.Features.Tables;
using WorkspaceServer.Features.Tokens.Handshakes;
using WorkspaceServer.Hosting;
using WorkspaceServer.Tests.Architecture;
using Xunit;

namespace WorkspaceServer.Tests.Inventory;

/// <summary>Every endpoint of the real server decides who, how often, which input and what is recorded; the list of it is a page of its own.</summary>
public sealed class EndpointsTests
{
    private static readonly string Page = Repository.PathOf("tests/ENDPOINTS.md");

    // Validators that are no FluentValidation classes, each with what it does instead.
    private static readonly Dictionary<Type, string> OtherValidators = new()
    {
        [typeof(OidcAnswer)] = "each parameter once and of bounded length",
        [typeof(TokenVerifier)] = "bounds the token and verifies it; the size of the body is bounded by the route",
        [typeof(McpGate)] = "bounds the body, refuses what is no well-formed message; tools and prompts check their arguments by schema",
        [typeof(CsvRows)] = "refuses what is no CSV, bounds each cell and record; the size of the body is bounded by the route",
        [typeof(ReturnTo)] = "takes only a path of this server, of bounded length, for the address to go back to",
        [typeof(ClientMetadata)] = "one JSON object, bounded by the route; redirect addresses, name, grant and response types are checked",
        [typeof(AuthorizeRequest)] = "each parameter once and of bounded length; client, redirect address, challenge, resource and scopes are checked",
        [typeof(OAuthForm)] = "each parameter once and of bounded length; codes and tokens are looked up by their hash",
        [typeof(GrantBook)] = "each limit is checked against the grant inside the transaction that changes it: only less than it has",
        [typeof(WatchMark)] = "one mark of fixed form; anything else is as if it were not there",
        [typeof(LinkToken)] = "takes one token of bounded length; whether it is good is looked up by its hash",
    };

    // Reasons for checking or recording nothing, as they were read and agreed to.
    private static readonly HashSet<string> AgreedReasons =
    [
        "shows an empty form", "using the link is recorded", "making the account is recorded", "somebody looks at their own sessions",
        "reads no input", "says only whether the server is up", "a public document", "each tool call is recorded by itself", "reads only",
        "ids are only looked up", "only the names of files that exist are found", "public files", "somebody looks at their own account",
        "somebody looks at their own workspaces", "the answer to the question is recorded",
        "what the agent does with it is recorded", "the run is recorded when it is committed", "nothing of it was visible",
        "using the passkey is recorded", "adding the passkey is recorded", "somebody looks at their own passkeys",
        "kept in memory for an hour, for the person alone; what is allowed on the way is recorded", "says only that something is new",
        "kept in the visitor's own browser and nowhere else",
    ];

    [Theory]
    [InlineData(nameof(AuthMode.Local))]
    [InlineData(nameof(AuthMode.Oidc))]
    [InlineData(nameof(AuthMode.Clerk))]
    [Trait("claim", "A62")]
    [Trait("claim", "D34")]
    [Trait("claim", "D37")]
    public async Task EveryEndpointHasDecided(string mode)
    {
        await using var server = new MappedServer(mode: Enum.Parse<AuthMode>(mode));
        var endpoints = GuardCheck.EndpointsOf(server.App).ToArray();

        Assert.NotEmpty(endpoints);
        Assert.Empty(endpoints.SelectMany(Complaints));
    }

    [Fact]
    [Trait("claim", "A62")]
    public async Task ThePageOfEndpointsIsWhatTheCodeSays()
    {
        await using var server = new MappedServer();
        await using var oidc = new MappedServer(mode: AuthMode.Oidc);
        await using var clerk = new MappedServer(mode: AuthMode.Clerk);
        var current = EndpointsPage.Write(server.Limits, ("oidc", oidc.Limits), ("clerk", clerk.Limits));
        if (Environment.GetEnvironmentVariable("UPDATE_REFERENCE") is not null)
        {
            await File.WriteAllTextAsync(Page, current, TestContext.Current.CancellationToken);
        }

        Assert.Equal(current, await File.ReadAllTextAsync(Page, TestContext.Current.CancellationToken));
    }

    public static TheoryData<string, Action<IEndpointRouteBuilder>> Mistakes => new()
    {
        { "has no guard", routes => routes.MapGet("/test/x", () => "") },
        { "has no guard", routes => routes.MapGet("/test/x", () => "").AllowAnonymous() },
        { "neither checks its input", routes => Map(routes, new InputCheck(null, null), Recording.Nothing("a test")) },
        { "neither checks its input", routes => Map(routes, new InputCheck(null, ""), Recording.Nothing("a test")) },
        { "neither records", routes => Map(routes, InputCheck.None, Recording.As()) },
        { "neither records", routes => Map(routes, InputCheck.None, Recording.Nothing("")) },
        { "lets in others", routes => routes.MapGet("/test/x", () => "").Guarded(Authority.Token, RateClasses.Mcp, InputCheck.None, Recording.Nothing("a test")).AllowAnonymous() },
        { "lets in others", routes => routes.MapGet("/test/x", [AllowAnonymous] () => "").Guarded(Authority.SignedIn, RateClasses.Mcp, InputCheck.None, Recording.Nothing("a test")) },
    };

    [Theory]
    [Trait("claim", "A62")]
    [Trait("claim", "D34")]
    [MemberData(nameof(Mistakes))]
    public async Task AnEndpointThatDidNotDecideStopsTheStart(string complaint, Action<IEndpointRouteBuilder> map)
    {
        await using var server = new MappedServer(map);
        var error = Assert.Throws<InvalidOperationException>(() => server.App);

        Assert.Contains("/test/x", error.Message, StringComparison.Ordinal);
        Assert.Contains(complaint, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("claim", "A62")]
    [Trait("claim", "D34")]
    public async Task AValidatorThatIsNoneAndANewReasonAreFound()
    {
        await using var server = new MappedServer(routes =>
        {
            Map(routes, InputCheck.By<EndpointsTests>(), Recording.Nothing("a public document"));
            Map(routes, InputCheck.None, Recording.Nothing("never mind"));
        });

        var complaints = GuardCheck.EndpointsOf(server.App).SelectMany(Complaints).ToArray();

        Assert.Equal(2, complaints.Length);
        Assert.Contains("EndpointsTests is no validator", complaints[0], StringComparison.Ordinal);
        Assert.Contains("never mind", complaints[1], StringComparison.Ordinal);
    }

    private static IEnumerable<string> Complaints(RouteEndpoint endpoint)
    {
        foreach (var complaint in GuardCheck.Complaints(endpoint))
        {
            yield return complaint;
        }

        var guard = endpoint.Metadata.GetRequiredMetadata<Guard>();
        if (guard.Input.Validator is { } validator && !typeof(IValidator).IsAssignableFrom(validator) && !OtherValidators.ContainsKey(validator))
        {
            yield return $"{endpoint}: {validator.Name} is no validator.";
        }

        foreach (var reason in new[] { guard.Input.WhyNone, guard.Recording.WhyNone }.OfType<string>().Where(reason => !AgreedReasons.Contains(reason)))
        {
            yield return $"{endpoint}: nobody has agreed to '{reason}' yet; add it here after reading the endpoint.";
        }
    }

    private static void Map(IEndpointRouteBuilder routes, InputCheck input, Recording recording) =>
        routes.MapGet("/test/x", () => "").Guarded(Authority.Anyone, RateClasses.Public, input, recording);
}
