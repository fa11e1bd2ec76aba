using System.Net.Http.Json;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using WorkspaceServer.Tests.Architecture;
using WorkspaceServer.Vault;
using Xunit;

namespace WorkspaceServer.Tests.Access;

/// <summary>Every endpoint, called as everybody, answers what tests/AUTHORITY.md says.</summary>
public sealed class AuthorityTableTests : IAsyncLifetime
{
    private static readonly string TableFile = Repository.PathOf("tests/AUTHORITY.md");
    private AccessHouse house = null!;
    private IReadOnlyList<GuardedEndpoint> endpoints = null!;
    private int calls;

    public async ValueTask InitializeAsync()
    {
        house = await AccessHouse.StartAsync(services: VerdictRecorder.AddTo);
        house.Person(house.Workspace, Role.Owner);
        endpoints = GuardedEndpoint.AllOf(house.Server);
    }

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Fact]
    [Trait("claim", "B18")]
    public void TheTableIsWhatTheCodeSays()
    {
        var current = AuthorityTable.Write(endpoints);
        if (Environment.GetEnvironmentVariable("UPDATE_REFERENCE") is not null)
        {
            File.WriteAllText(TableFile, current);
        }

        Assert.Equal(current, File.ReadAllText(TableFile));
    }

    [Fact]
    [Trait("claim", "B18")]
    [Trait("claim", "B19")]
    [Trait("claim", "B20")]
    public async Task EveryEndpointAnswersEverybodyAsTheTableSays()
    {
        Assert.True(endpoints.Count >= 30);
        var wrong = new List<string>();
        foreach (var endpoint in endpoints)
        {
            foreach (var caller in AuthorityTable.Callers)
            {
                var expected = AuthorityTable.Expected(endpoint.Guard.Authority, caller);
                var (reached, status) = await CallAsync(endpoint, house.Workspace, await TokenForAsync(caller), PersonFor(caller));
                LetAiIn();
                if (reached != expected is null || (expected is { } refusal && status != refusal) || (reached && status == 401 && endpoint.NamesWorkspace))
                {
                    wrong.Add($"{endpoint.Method} {endpoint.Path} as {caller}: {(reached ? "reached" : "refused")} with {status}, expected {expected}");
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    [Fact]
    [Trait("claim", "B19")]
    public async Task AUserIsForbiddenEveryAddressOfAdmins()
    {
        var ofAdmins = endpoints.Where(endpoint => endpoint.Path.Contains("/admin", StringComparison.Ordinal)).ToList();
        var user = house.Person(house.Workspace, Role.Owner);

        Assert.NotEmpty(ofAdmins);
        foreach (var endpoint in ofAdmins)
        {
            Assert.Equal((false, 403), await CallAsync(endpoint, house.Workspace, null, user));
        }
    }

    [Fact]
    [Trait("claim", "B23")]
    public async Task EachPermissionOpensItsOwnEndpointsAndNoOthers()
    {
        var guarded = endpoints.Where(endpoint => endpoint.Guard.Authority is Authority.PermissionAuthority && endpoint.NamesWorkspace).ToList();
        var wrong = new List<string>();
        foreach (var permission in Permissions.OfWorkspaces)
        {
            var workspace = house.Server.Workspaces.Create(permission.Name);
            var person = house.PersonWith(workspace, PermissionSet.Of(permission));
            foreach (var endpoint in guarded)
            {
                var isOpen = ((Authority.PermissionAuthority)endpoint.Guard.Authority).Permission == permission.Name;
                var (reached, status) = await CallAsync(endpoint, workspace, null, person);
                if (isOpen)
                {
                    // What it opens may have ended their membership.
                    person = house.PersonWith(workspace, PermissionSet.Of(permission));
                }

                if (reached != isOpen || (!isOpen && status != 403))
                {
                    wrong.Add($"{permission}: {endpoint.Method} {endpoint.Path} was {(reached ? "reached" : "refused")} with {status}");
                }
            }
        }

        Assert.Empty(wrong);
        Assert.All(guarded, endpoint => Assert.True(Permissions.TryFind(((Authority.PermissionAuthority)endpoint.Guard.Authority).Permission, out _)));
    }

    [Fact]
    [Trait("claim", "B21")]
    public async Task AnUnknownWorkspaceAndAForeignOneAnswerAlike_Everywhere()
    {
        var foreign = house.Server.Workspaces.Create("Foreign");
        var deleted = house.Server.Workspaces.Create("Deleted");
        var owner = house.Person(house.Workspace, Role.Owner);
        house.Join(foreign, house.Person(), Role.Owner);
        house.Join(deleted, owner, Role.Owner);
        house.Server.Workspaces.Lifecycle.Delete(deleted, _ => { });
        house.Server.Workspaces.Changes.Changed();
        foreach (var endpoint in endpoints.Where(endpoint => endpoint.NamesWorkspace))
        {
            var answers = new HashSet<string>();
            foreach (var workspace in new[] { foreign.ToString(), deleted.ToString(), WorkspaceId.New(DateTimeOffset.UnixEpoch).ToString(), "x", new string('0', 40) })
            {
                var path = endpoint.PathFor(house.Workspace).Replace(house.Workspace.ToString(), workspace, StringComparison.Ordinal);
                using var response = await house.SendAsync(owner, new HttpMethod(endpoint.Method), path, endpoint.HasBody ? new { } : null);
                var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
                var requestId = Assert.Single(response.Headers.GetValues("X-Request-Id"));
                answers.Add($"{(int)response.StatusCode} {body.Replace(requestId, "", StringComparison.Ordinal)} {string.Join(' ', response.Headers.Select(header => header.Key).Order())}");
            }

            Assert.StartsWith(endpoint.Guard.Authority is Authority.AgentAuthority ? "401 " : "404 ", Assert.Single(answers), StringComparison.Ordinal);
        }
    }

    /// <summary>A call of the switch would refuse the next call of /mcp.</summary>
    private void LetAiIn()
    {
        var stops = house.Server.Get<AiStops>();
        stops.Allow(Principal.Operator, house.Workspace);
        stops.Allow(Principal.Operator, workspace: null);
    }

    private async Task<string?> TokenForAsync(string caller)
    {
        if (caller != "agent")
        {
            return caller == "token" ? house.Token(house.Workspace) : null;
        }

        // A new one each time, for one of the endpoints ends the pairing.
        using var agent = await TestAgent.PairedAsync(house.Server, house.Workspace);
        return await agent.TokenAsync();
    }

    private string? PersonFor(string caller)
    {
        switch (caller)
        {
            case "nobody" or "token" or "agent":
                return null;
            case "stranger":
                return house.Person();
            case "super admin":
                return house.Person(isSuperAdmin: true);
            case "with a support grant":
                var admin = house.Person(isSuperAdmin: true);
                house.Support.Create(admin, house.Workspace, "A test of the table", TimeSpan.FromHours(1));
                return admin;
            default:
                return house.Person(house.Workspace, Roles.Parse(caller));
        }
    }

    private async Task<(bool Reached, int Status)> CallAsync(GuardedEndpoint endpoint, WorkspaceId workspace, string? token, string? person)
    {
        var mark = $"call-{calls++}";
        var body = endpoint.HasBody ? JsonContent.Create(new { }) : null;
        using var response = token is null
            ? await house.SendAsync(person, new HttpMethod(endpoint.Method), endpoint.PathFor(workspace), body, (VerdictRecorder.Header, mark))
            : await house.Server.SendAsync(new HttpMethod(endpoint.Method), endpoint.PathFor(workspace), token, body, (VerdictRecorder.Header, mark));
        return (house.Server.Get<VerdictRecorder>().WasReached(mark), (int)response.StatusCode);
    }
}
