using System.Net.Http.Json;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Agents;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Backups.Copies;
using WorkspaceServer.Features.OAuth.Clients;
using WorkspaceServer.Features.OAuth.Grants;
using WorkspaceServer.Features.Proposals;
using WorkspaceServer.Features.Tables.Console;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;
using Xunit;

namespace WorkspaceServer.Tests.Access;

/// <summary>An id of somebody else's, in every path that takes one, finds and changes nothing.</summary>
public sealed class IdorTests : IAsyncLifetime
{
    private AccessHouse house = null!;
    private int furnished;

    public async ValueTask InitializeAsync() => house = await AccessHouse.StartAsync();

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Fact]
    [Trait("claim", "D15")]
    [Trait("claim", "D32")]
    [Trait("claim", "B37")]
    public async Task ForeignIdsFindNothing_InEveryPathThatTakesOne()
    {
        var owner = house.Person(house.Workspace, Role.Owner);
        var other = house.Server.Workspaces.Create("Other");
        var foreign = Furnish(other);
        var routes = GuardedEndpoint.AllOf(house.Server).Where(endpoint => endpoint.NamesWorkspace && endpoint.PathFor(other) != endpoint.PathFor(other, "x")).ToList();
        var before = Everything();

        Assert.True(routes.Count >= 9);
        foreach (var endpoint in routes)
        {
            foreach (var (kind, id) in foreign)
            {
                var (ofOther, ofNobody) = (await AnswerAsync(owner, endpoint, id), await AnswerAsync(owner, endpoint, GuardedEndpoint.NoId));
                Assert.True(ofOther == ofNobody, $"{endpoint.Method} {endpoint.Path} with a {kind} of another workspace: {ofOther}\nand of none: {ofNobody}");
                Assert.Equal(before, Everything());
            }
        }

        // The same sweep with ids of our own does find: it is the workspace that made the difference. Not for what an agent or a signed link alone may, for forms, which are refused
        // without their token whatever they name, and for a schema and a run: none waits and none is open here.
        var found = routes.Where(endpoint => endpoint.Path.StartsWith("/api/", StringComparison.Ordinal) && endpoint.Guard.Authority is not (Authority.AgentAuthority or Authority.LinkAuthority) && !endpoint.Path.EndsWith("/accept-schema", StringComparison.Ordinal) && !endpoint.Path.EndsWith("/runs/{run}/stop", StringComparison.Ordinal)).ToList();
        Assert.True(found.Count >= 20);
        foreach (var endpoint in found)
        {
            var kind = endpoint.Path.Split('{')[2].Split('}')[0];
            Assert.NotEqual(await AnswerAsync(owner, endpoint, GuardedEndpoint.NoId), await AnswerAsync(owner, endpoint, Furnish(house.Workspace)[kind]));
        }
    }

    /// <summary>One thing of each kind that has an id, by the name that paths give it.</summary>
    private Dictionary<string, string> Furnish(WorkspaceId workspace)
    {
        var admin = house.Person(isSuperAdmin: true);
        var grant = house.Support.Create(admin, workspace, "A test of ids", TimeSpan.FromHours(1));
        house.Support.RecordRead(grant.Id, workspace, "GET something");
        return new Dictionary<string, string>
        {
            ["person"] = house.Person(workspace, Role.Member),
            ["role"] = house.Roles.Create(Principal.Operator, workspace, $"Role {furnished++}", ["audit.read"], []).Id,
            ["invitation"] = house.Invitations.Create(Principal.Operator, workspace, "a@example.com", Role.Viewer).Invitation.Id,
            ["grant"] = grant.Id,
            ["table"] = Table(workspace),
            ["token"] = house.Server.Tokens.Create(workspace, "of the test").Record.Id,
            ["question"] = house.Server.Get<SavedQuestions>().Save(
                new SignedIn(house.Person(workspace, Role.Owner), "a", "a", SystemRole.User, "s", DateTimeOffset.UnixEpoch, HasMfa: true).ToPrincipal(),
                workspace,
                new QuestionToSave($"Question {furnished}", "SELECT 1")).Id,
            ["proposal"] = Proposal(workspace, Client(workspace)),
            ["agent"] = Agent(workspace),
            ["pairing"] = house.Server.Get<AgentDesk>().CreateToken(Principal.Operator, workspace).Token.Id,
            ["client"] = Client(workspace),
            ["request"] = Request(workspace),
            ["run"] = GuardedEndpoint.NoId,
        };
    }

    private string Proposal(WorkspaceId workspace, string client)
    {
        var now = house.Clock.GetUtcNow();
        var proposal = new Proposal(WorkspaceId.New(now).ToString(), client, "Claude", $"Question {furnished}", "SELECT 1", "", now, now.AddMinutes(10), Decided: null);
        house.Server.Get<ProposalStore>().Add(workspace, proposal, 1_000, 1_000, now.AddDays(-30), new AuditEntry(AuditActions.ProposalMade) { Workspace = workspace });
        return proposal.Id;
    }

    /// <summary>A copy that an owner asks for. One is open at a time, so those before are taken back.</summary>
    private string Request(WorkspaceId workspace)
    {
        var (id, now) = (WorkspaceId.New(house.Clock.GetUtcNow()).ToString(), house.Clock.GetUtcNow());
        using var connection = house.Control.Open();
        connection.Execute("UPDATE restore_request SET closed_at = @now, outcome = 'withdrawn' WHERE workspace_id = @workspace AND closed_at IS NULL", ("@now", now.ToUnixTimeSeconds()), ("@workspace", workspace.ToString()));
        var request = new RestoreRequest(id, workspace, "", house.Person(workspace, Role.Owner), "", "", "A copy", "20261124t203000000z-0a1b2c3d", now, now, now.AddDays(7), null, null, null, null, null, null, false);
        Assert.True(RestoreRequestStore.Add(connection, request, 1_000, now.AddDays(-1), now.AddDays(-90)));
        return id;
    }

    private string Agent(WorkspaceId workspace)
    {
        using var connection = house.Control.Open();
        var id = WorkspaceId.New(house.Clock.GetUtcNow()).ToString();
        AgentStore.Add(connection, new Agent(id, workspace, "Front office", new byte[32], new byte[32], "1.0.0", "Windows 11", null, house.Clock.GetUtcNow(), null));
        return id;
    }

    /// <summary>A client that somebody of the workspace connected.</summary>
    private string Client(WorkspaceId workspace)
    {
        var (id, now) = (WorkspaceId.New(house.Clock.GetUtcNow()).ToString(), house.Clock.GetUtcNow());
        house.Server.Get<ClientStore>().Register(new OAuthClient(id, "Claude", ["https://claude.ai/api/mcp/auth_callback"], false, null, now), 100, now, now, now);
        using var connection = house.Control.Open();
        GrantStore.Add(connection, new OAuthGrant(
            id, id, workspace, house.Person(workspace, Role.Owner), "https://claude.ai/api/mcp/auth_callback", "http://localhost/mcp", ["tables:read", "actions:propose"], null, [], 100, now, now.AddDays(1), null, null, null, null));
        connection.Execute("UPDATE oauth_grant SET connected_at = created_at WHERE id = @id", ("@id", id));
        return id;
    }

    /// <summary>A table of one row.</summary>
    private string Table(WorkspaceId workspace)
    {
        var name = $"table_{furnished++}";
        var gateway = house.Server.Get<IWorkspaceGateway>();
        var load = gateway.BeginLoadAsync(workspace, new TableSchema(name, [new ColumnSchema("id", ColumnType.Integer)]), CancellationToken.None).GetAwaiter().GetResult();
        gateway.AppendAsync(workspace, load, [[1L]], CancellationToken.None).GetAwaiter().GetResult();
        gateway.CommitLoadAsync(workspace, load, CancellationToken.None).GetAwaiter().GetResult();
        return name;
    }

    private async Task<string> AnswerAsync(string person, GuardedEndpoint endpoint, string id)
    {
        // Every body that some endpoint takes, so that the id is what decides.
        object body = endpoint.Path.Split('/')[^1] switch
        {
            "role" => new { role = "viewer" },
            "name" => new { name = "Back office" },
            "limits" => new { rows_per_day = 10 },
            "accept" => new { name = "Parties by city" },
            "statement" => new { where = Array.Empty<string>(), by = "id", of = "" },
            _ => new { note = "Looked at the reads" },
        };
        using var response = await house.SendAsync(
            person, new HttpMethod(endpoint.Method), endpoint.PathFor(house.Workspace, id), endpoint.HasBody ? JsonContent.Create(body) : null);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return $"{(int)response.StatusCode} {text.Replace(Assert.Single(response.Headers.GetValues("X-Request-Id")), "", StringComparison.Ordinal)}";
    }

    private string Everything() => string.Join('\n', new[]
    {
        house.Dump("SELECT * FROM membership ORDER BY 1, 2"),
        house.Dump("SELECT * FROM membership_role ORDER BY 1, 2, 3"),
        house.Dump("SELECT * FROM custom_role ORDER BY 1"),
        house.Dump("SELECT * FROM invitation ORDER BY 1"),
        house.Dump("SELECT * FROM support_grant ORDER BY 1"),
        house.Dump("SELECT * FROM token ORDER BY 1"),
        house.Dump("SELECT * FROM agent ORDER BY 1"),
        house.Dump("SELECT * FROM pairing_token ORDER BY 1"),
        house.Dump("SELECT * FROM oauth_grant ORDER BY 1"),
        house.Dump("SELECT * FROM restore_request ORDER BY 1"),
    });
}
