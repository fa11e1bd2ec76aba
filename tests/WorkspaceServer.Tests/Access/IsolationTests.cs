using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Time.Testing;
using WorkspaceServer.Control;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Samples;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;
using Xunit;

namespace WorkspaceServer.Tests.Access;

/// <summary>10,000 calls by random people and tokens for random things in 20 workspaces: each answer is the model's, and nothing crosses over.</summary>
public sealed partial class IsolationTests : IAsyncLifetime
{
    private const int WorkspaceCount = 20;
    private const int Calls = 10_000;
    private const ulong Seed = 20260131;
    private static readonly string[] RoleNames = ["viewer", "member", "admin", "owner"];
    private static readonly string[] Denied = ["query.run", "members.read"];

    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero));
    private readonly IsolationModel model = new();
    private readonly SeededRandom random = new(Seed);
    private readonly List<string> workspaces = [];
    private readonly List<string> people = [];
    private readonly List<string> invitations = [];
    private readonly Dictionary<string, int> numbers = [];
    private readonly List<(string Text, string Workspace, string? Maker)> tokens = [];
    private AccessHouse house = null!;

    public async ValueTask InitializeAsync()
    {
        house = await AccessHouse.StartAsync(clock);
        for (var number = 0; number < WorkspaceCount; number++)
        {
            await FurnishAsync(number);
        }

        // Some belong to several workspaces, some run the server, some are nobody anywhere.
        for (var i = 0; i < 10; i++)
        {
            var person = Person("many");
            foreach (var workspace in workspaces.Where(_ => random.OneIn(4)))
            {
                Join(workspace, person, random.Pick(RoleNames));
            }
        }

        for (var i = 0; i < 4; i++)
        {
            var admin = house.Person(isSuperAdmin: true, email: $"admin{i}@example.com");
            people.Add(admin);
            model.SuperAdmins.Add(admin);
            house.Support.Create(admin, WorkspaceId.Parse(workspaces[i]), "A test of isolation", TimeSpan.FromHours(4));
            model.Support.Add((workspaces[i], admin));
            Person("none");
        }

        // The day of the last use is noted once, so that from here on a call that is refused has no reason to write anything.
        foreach (var (workspace, person) in model.Houses.SelectMany(each => each.Value.Members.Keys.Select(person => (each.Key, person))).Concat(model.Support))
        {
            using var response = await house.GetAsync(person, $"/api/v1/workspaces/{workspace}");
            Assert.True(response.IsSuccessStatusCode);
        }
    }

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Fact]
    [Trait("claim", "B22")]
    [Trait("claim", "B37")]
    [Trait("claim", "C22")]
    public async Task TenThousandRandomCallsCrossNoBorder()
    {
        using var watch = house.Control.Open();
        var outcomes = new Dictionary<int, int>();
        for (var i = 0; i < Calls; i++)
        {
            var before = DataVersion(watch);
            var call = Next();
            using var response = await call.Send();
            var (status, body) = ((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

            Assert.True(call.Expected == status, $"call {i}: {call.What} answered {status} {body}, expected {call.Expected}");
            Assert.All(Marker().Matches(body), marker => Assert.Contains(int.Parse(marker.Groups[1].ValueSpan, null), call.MaySee));
            if (status >= 400 && before != DataVersion(watch))
            {
                // Nothing was written for a call that was refused, but that it was.
                Assert.Contains(status, new[] { 403, 404 });
                Assert.Equal("access.denied", house.Dump("SELECT action FROM audit_entry ORDER BY seq DESC LIMIT 1"));
            }

            call.Done?.Invoke(body);
            outcomes[status] = outcomes.GetValueOrDefault(status) + 1;
        }

        // Every kind of answer came up.
        Assert.Equal([200, 201, 204, 400, 401, 403, 404, 409], outcomes.Keys.Order());
        Assert.Equal(Expected(), house.Dump("SELECT workspace_id, person_id, role, suspended_at IS NOT NULL FROM membership ORDER BY 1, 2"));
        Assert.Equal("0", house.Dump("SELECT count(*) FROM membership_role AS held JOIN custom_role ON custom_role.id = held.role_id WHERE custom_role.workspace_id <> held.workspace_id"));
        foreach (var (workspace, number) in numbers)
        {
            var rows = await house.Server.Workspaces.AskAsync(WorkspaceId.Parse(workspace), "SELECT word FROM marks", TestContext.Current.CancellationToken);
            Assert.Equal($"mark-{number}-", Assert.Single(rows.Rows)[0].AsText());
        }
    }

    private Call Next()
    {
        if (random.OneIn(5))
        {
            return ByToken();
        }

        var person = random.Pick(people);
        var own = workspaces.Where(each => model.Houses[each].Members.ContainsKey(person) || model.Support.Contains((each, person))).ToList();
        var workspace = own.Count > 0 && !random.OneIn(3) ? random.Pick(own)
            : random.OneIn(6) ? WorkspaceId.New(clock.GetUtcNow()).ToString()
            : random.Pick(workspaces);
        return random.Next(10) switch
        {
            0 => Read(person, workspace, "members.read", "/members?limit=200"),
            1 => Read(person, workspace, "members.read", "/roles"),
            2 => Read(person, workspace, "members.invite", "/invitations?limit=200"),
            3 => Read(person, workspace, "access.review", "/access-review"),
            4 or 5 => Query(person, workspace),
            6 => ChangeRole(person, workspace),
            7 => Suspend(person, workspace),
            8 => Remove(person, workspace),
            _ => random.OneIn(2) ? Invite(person, workspace) : RevokeInvitation(person, workspace),
        };
    }

    private Call Read(string person, string workspace, string permission, string path) => new(
        $"{person} reads {path} of {workspace}",
        model.Refusal(person, permission, workspace) ?? 200,
        () => house.GetAsync(person, $"/api/v1/workspaces/{workspace}{path}"),
        See(workspace));

    private Call Query(string person, string workspace) => new(
        $"{person} queries {workspace}",
        model.Refusal(person, "query.run", workspace) ?? 200,
        () => SendAsync(person, HttpMethod.Post, workspace, "/query", new { sql = "SELECT word FROM marks" }),
        See(workspace));

    private Call ChangeRole(string person, string workspace)
    {
        var (target, role) = (Target(workspace), random.Pick(RoleNames));
        return new Call(
            $"{person} makes {target} {role} of {workspace}",
            model.ChangeRole(person, workspace, target, role),
            () => SendAsync(person, HttpMethod.Put, workspace, $"/members/{target}/role", new { role }),
            See(workspace));
    }

    private Call Suspend(string person, string workspace)
    {
        // Let in again more often than suspended, or soon nobody could do anything.
        var (target, suspend) = (Target(workspace), random.OneIn(3));
        return new Call(
            $"{person} {(suspend ? "suspends" : "unsuspends")} {target} of {workspace}",
            model.Suspend(person, workspace, target, suspend),
            () => SendAsync(person, HttpMethod.Post, workspace, $"/members/{target}/{(suspend ? "suspend" : "unsuspend")}", null),
            []);
    }

    private Call Remove(string person, string workspace)
    {
        // Mostly somebody who is not there, so that members do not run out.
        var target = random.OneIn(20) ? Target(workspace) : random.Pick(people);
        return new Call(
            $"{person} removes {target} from {workspace}",
            model.Remove(person, workspace, target),
            () => SendAsync(person, HttpMethod.Delete, workspace, $"/members/{target}", null),
            []);
    }

    private Call Invite(string person, string workspace)
    {
        var role = random.Pick(RoleNames);
        var expected = model.Invite(person, workspace, role);
        return new Call(
            $"{person} invites a {role} to {workspace}",
            expected,
            () => SendAsync(person, HttpMethod.Post, workspace, "/invitations", new { email = "mark-999-@example.com", role }),
            [999],
            body =>
            {
                if (expected == 201)
                {
                    var id = JsonElement.Parse(body).GetProperty("id").GetString()!;
                    model.Houses[workspace].Invitations.Add(id, person);
                    invitations.Add(id);
                }
            });
    }

    private Call RevokeInvitation(string person, string workspace)
    {
        var id = invitations.Count == 0 || random.OneIn(5) ? GuardedEndpoint.NoId : random.Pick(invitations);
        return new Call(
            $"{person} withdraws {id} of {workspace}",
            model.RevokeInvitation(person, workspace, id),
            () => SendAsync(person, HttpMethod.Delete, workspace, $"/invitations/{id}", null),
            []);
    }

    /// <summary>A token has no say in which workspace it means; one that names another is refused.</summary>
    private Call ByToken()
    {
        var (text, own, maker) = random.Pick(tokens);
        var named = random.OneIn(3) ? random.Pick(workspaces) : own;
        var isGood = maker is null || model.Houses[own].Members.TryGetValue(maker, out var member) && !member.IsSuspended;
        var mayQuery = isGood && (maker is null || model.Refusal(maker, "query.run", own) is null);
        return new Call(
            $"a token of {own} for {named}",
            !isGood ? 401 : named != own ? 400 : 200,
            () => house.Server.SendAsync(
                HttpMethod.Post,
                "/mcp",
                text,
                new StringContent(McpCalls.Call("execute_sql", """{"sql":"SELECT word FROM marks"}"""), Encoding.UTF8, "application/json"),
                [.. McpCalls.Accept, (Features.Access.Http.AuthorityHandler.WorkspaceHeader, named)]),
            See(own),
            body => Assert.Equal(isGood && named == own && mayQuery, body.Contains($"mark-{numbers[own]}-", StringComparison.Ordinal)));
    }

    private string Target(string workspace) => model.Houses.TryGetValue(workspace, out var there) && there.Members.Count > 0 && !random.OneIn(4)
        ? random.Pick([.. people.Where(there.Members.ContainsKey)])
        : random.Pick(people);

    /// <summary>Marks that may stand in an answer: those of the workspace, of its people who come from elsewhere, and of invitations.</summary>
    private List<int> See(string workspace) => numbers.TryGetValue(workspace, out var number) ? [number, 999] : [];

    private Task<HttpResponseMessage> SendAsync(string person, HttpMethod method, string workspace, string path, object? body) =>
        house.SendAsync(person, method, $"/api/v1/workspaces/{workspace}{path}", body);

    private async Task FurnishAsync(int number)
    {
        var id = house.Server.Workspaces.Create($"mark-{number}-");
        var workspace = id.ToString();
        workspaces.Add(workspace);
        numbers.Add(workspace, number);
        model.Houses.Add(workspace, new IsolationModel.House { Denied = Denied });
        await house.Server.Workspaces.LoadAsync(id, new TableSchema("marks", [new("word", ColumnType.Text)]), [[$"mark-{number}-"]], TestContext.Current.CancellationToken);
        foreach (var role in (string[])["owner", "owner", "admin", "member", "viewer"])
        {
            Join(workspace, Person($"mark-{number}"), role);
        }

        var limited = house.Roles.Create(Principal.Operator, id, $"mark-{number}-", [], Denied);
        var person = Person($"mark-{number}");
        Join(workspace, person, "admin");
        house.Memberships.ChangeRole(Principal.Operator, id, person, Role.Admin, [limited.Id]);
        model.Houses[workspace].Members[person] = new IsolationModel.Membership("admin") { IsLimited = true };
        tokens.Add((house.Token(id), workspace, null));
        tokens.Add((house.Token(id, person), workspace, person));
        tokens.Add((house.Token(id, people[^3]), workspace, people[^3]));
    }

    private string Person(string name)
    {
        var person = house.Person(email: $"{name}-{people.Count}@example.com");
        people.Add(person);
        return person;
    }

    private void Join(string workspace, string person, string role)
    {
        house.Join(WorkspaceId.Parse(workspace), person, Roles.Parse(role));
        model.Houses[workspace].Members.Add(person, new IsolationModel.Membership(role));
    }

    private string Expected() => string.Join('\n', model.Houses.OrderBy(each => each.Key, StringComparer.Ordinal).SelectMany(each => each.Value.Members
        .OrderBy(member => member.Key, StringComparer.Ordinal)
        .Select(member => $"{each.Key}|{member.Key}|{member.Value.Role}|{(member.Value.IsSuspended ? 1 : 0)}")));

    /// <summary>Changes whenever another connection commits something (sqlite.org/pragma.html#pragma_data_version).</summary>
    private static long DataVersion(ControlConnection connection)
    {
        using var command = connection.Command("PRAGMA data_version");
        return (long)command.ExecuteScalar()!;
    }

    [GeneratedRegex(@"mark-(\d+)-")]
    private static partial Regex Marker();

    private sealed record Call(string What, int Expected, Func<Task<HttpResponseMessage>> Send, IReadOnlyList<int> MaySee, Action<string>? Done = null);
}
