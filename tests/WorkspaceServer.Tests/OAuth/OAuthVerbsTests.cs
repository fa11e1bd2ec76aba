using System.Text.Json;
using WorkspaceServer.Control;
using WorkspaceServer.Features.OAuth.Grants;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Vault.Keys;
using Xunit;

namespace WorkspaceServer.Tests.OAuth;

/// <summary>The verbs about connected clients, as an operator runs them.</summary>
public sealed class OAuthVerbsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task ClientsAreListedNarrowedPausedAndEnded()
    {
        await OkAsync("init");
        AddGrant(WorkspaceId.Parse((await OkAsync("workspace", "create", "Books")).GetProperty("id").GetString()!));

        var listed = Assert.Single((await OkAsync("client", "list", "-w", "Books")).EnumerateArray());
        var narrowed = await OkAsync("client", "narrow", "g1", "-w", "Books", "--tool", "list_tables", "--hide", "parties.pan", "--rows-per-day", "5", "--days", "3");
        var paused = await OkAsync("client", "pause", "g1", "-w", "Books");
        var resumed = await OkAsync("client", "resume", "g1", "-w", "Books");
        var ended = await OkAsync("client", "revoke", "g1", "-w", "Books");

        Assert.Equal(("g1", "Claude", "asha@example.com", "active"), (Text(listed, "id"), Text(listed, "client"), Text(listed, "person"), Text(listed, "status")));
        Assert.Equal(("list_tables", "parties.pan", 5), (Only(narrowed, "tools"), Only(narrowed, "hidden_columns"), narrowed.GetProperty("rows_per_day").GetInt32()));
        Assert.Equal(["paused", "active", "ended"], new[] { paused, resumed, ended }.Select(answer => Text(answer, "status")));
        Assert.Equal(1, (await RunAsync("client", "pause", "g1", "-w", "Books")).ExitCode);
        Assert.Equal(
            ["oauth_grant.narrowed", "client_tools.changed", "hidden_columns.changed", "oauth_grant.paused", "oauth_grant.resumed", "oauth_grant.revoked"],
            (await OkAsync("audit", "list")).GetProperty("rows").EnumerateArray().Select(row => Text(row, "action")).Where(action => action!.StartsWith("oauth", StringComparison.Ordinal) || action.StartsWith("client", StringComparison.Ordinal) || action.StartsWith("hidden", StringComparison.Ordinal)).Reverse());
    }

    private void AddGrant(WorkspaceId workspace)
    {
        using var master = MasterKey.Load(folder.File("keys/master.key"));
        using var control = ControlDatabase.Open(DataFolder.Open(folder.File("data")), master);
        using var connection = control.Open();
        var now = TimeProvider.System.GetUtcNow();
        connection.Execute("INSERT INTO person (id, email, email_key, system_role, created_at) VALUES ('p1', 'asha@example.com', 'asha@example.com', 'user', 1)");
        connection.Execute("INSERT INTO oauth_client (id, name, redirect_uris, is_document, created_at) VALUES ('c1', 'Claude', '[]', 0, 1)");
        GrantStore.Add(connection, new OAuthGrant("g1", "c1", workspace, "p1", "r", "r", ["tables:read"], null, [], 100, now, now.AddDays(90), null, null, null, null));
        connection.Execute("UPDATE oauth_grant SET connected_at = created_at");
    }

    private static string? Text(JsonElement element, string member) => element.GetProperty(member).GetString();

    private static string? Only(JsonElement element, string member) => Assert.Single(element.GetProperty(member).EnumerateArray()).GetString();

    private async Task<JsonElement> OkAsync(params string[] arguments)
    {
        var run = await RunAsync(arguments);
        Assert.True(run.ExitCode == 0, run.Error);
        return JsonElement.Parse(run.Output);
    }

    private Task<ProgramRun> RunAsync(params string[] arguments) => ProgramRun.HereAsync(["--home", folder.Path, .. arguments, "--json"]);
}
