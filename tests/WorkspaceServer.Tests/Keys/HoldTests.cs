using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Keys;
using WorkspaceServer.Features.Tables.Console;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Vault.Keys;
using WorkspaceServer.Vault.Tokens;
using Xunit;

namespace WorkspaceServer.Tests.Keys;

/// <summary>A deleted workspace is unknown to everybody at once, comes back whole within 30 days, and cannot be read by anybody afterwards.</summary>
public sealed class HoldTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("claim", "B37")]
    public async Task OnHoldItIsUnknownToMembersTokensClientsAndAgents_AndComesBackWithAllOfThem()
    {
        await using var house = await OAuthHouse.StartAsync();
        var client = await house.ConnectAsync();
        var token = house.Server.Token();
        var agent = await TestAgent.PairedAsync(house.Server, house.Server.Workspace);
        var unknown = await house.Browser.GetAsync($"/w/{WorkspaceId.New(Start)}");
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK), await StatusesAsync());

        house.Server.Workspaces.Lifecycle.Hold(house.Server.Workspace, _ => { });
        house.Server.Workspaces.Changes.Changed();
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized), await StatusesAsync());
        var page = await house.Browser.GetAsync($"/w/{house.Workspace}");
        Assert.Equal((unknown.Status, unknown.Body), (page.Status, page.Body));
        Assert.DoesNotContain(house.Workspace, (await house.Browser.GetAsync("/")).Body, StringComparison.Ordinal);
        var (stranger, _, challenge) = await house.CallAsync(SecretToken.Create(SecretToken.McpPrefix));
        var (held, _, same) = await house.CallAsync(token);
        Assert.Equal((stranger, challenge), (held, same));
        Assert.NotEqual(HttpStatusCode.OK, (await house.RefreshAsync(client.Client, client.Refresh)).Status);

        house.Server.Workspaces.Lifecycle.BringBack(house.Server.Workspace, _ => { });
        house.Server.Workspaces.Changes.Changed();
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK), await StatusesAsync());

        async Task<(HttpStatusCode Member, HttpStatusCode Token, HttpStatusCode Client, HttpStatusCode Agent)> StatusesAsync() =>
            ((await house.Browser.GetAsync($"/w/{house.Workspace}")).Status, (await house.CallAsync(token)).Status, (await house.CallAsync(client.Access)).Status,
            (await agent.ExchangeAsync(agent.Signed(agent.Claims()))).StatusCode);
    }

    [Fact]
    [Trait("claim", "D61")]
    [Trait("claim", "D63")]
    [Trait("action", nameof(AuditActions.WorkspaceDeleted))]
    public async Task AfterThirtyDaysSaltAndFilesAreDestroyed_AndNotASecondBefore()
    {
        var clock = new FakeTimeProvider(Start);
        await using var server = new TemporaryWorkspaces(clock);
        using var sweeper = new HoldSweeper(server.Lifecycle, server.Audit, clock, NullLogger<HoldSweeper>.Instance);
        var (kept, closed) = (server.Create("Kept"), server.Create("Closed"));
        await SmallBooks.LoadAsync(server, closed, Cancel);
        await CloseAsync(server, closed);
        var bytes = await File.ReadAllBytesAsync(server.Folder.DatabaseOf(closed), Cancel);
        var until = server.Lifecycle.Hold(closed, _ => { });
        Assert.Equal(Start.AddDays(30), until);
        Assert.Throws<ProblemException>(() => server.Lifecycle.Hold(closed, _ => Assert.Fail("was recorded")));

        clock.Advance(TimeSpan.FromDays(30) - TimeSpan.FromSeconds(1));
        Assert.Equal(0, sweeper.Sweep());
        server.Lifecycle.Sweep();
        Assert.True(File.Exists(server.Folder.DatabaseOf(closed)));
        server.Lifecycle.BringBack(closed, _ => { });
        Assert.Equal("Closed", server.Store.Find(closed)!.Name);
        server.Lifecycle.Hold(closed, _ => { });
        var salt = server.Store.FindKept(closed)!.KeySalt;

        clock.Advance(TimeSpan.FromDays(30));
        Assert.Throws<ProblemException>(() => server.Lifecycle.BringBack(closed, _ => Assert.Fail("was recorded")));
        Assert.Equal(1, sweeper.Sweep());
        Assert.Equal(0, sweeper.Sweep());
        Assert.Equal([kept.ToString()], server.Folder.WorkspaceNames());
        Assert.Null(server.Store.FindKept(closed));
        using var connection = server.Control.Open();
        using var command = connection.Command("SELECT count(*) FROM workspace WHERE key_salt = @salt", ("@salt", salt));
        Assert.Equal(0L, command.ExecuteScalar());
        var row = Assert.Single(server.AuditRows.Find(new AuditFilter(Action: "workspace.deleted"), 10));
        Assert.Equal(closed.ToString(), row.Row.TargetId);

        // What stays is how much it was, and which bytes: no name of it or of anything in it.
        Assert.Equal(
            $$"""{"tables":2,"rows":7,"bytes":{{bytes.Length}},"sha256":"{{Convert.ToHexStringLower(SHA256.HashData(bytes))}}","held_until_ms":{{Start.AddDays(60).AddSeconds(-1).ToUnixTimeMilliseconds()}}}""",
            row.Row.Details);
    }

    /// <summary>Every page of the control database and of its log, taken apart without SQLite: what was freed is not there either.</summary>
    [Fact]
    [Trait("claim", "D14")]
    public async Task AfterThePurgeNoPageHoldsWhatWasDestroyed()
    {
        const string name = "canary-of-the-name-5b1f";
        const string sql = "SELECT 'canary-of-the-question-93ac'";
        var clock = new FakeTimeProvider(Start);
        await using var server = new TemporaryWorkspaces(clock);
        using var sweeper = new HoldSweeper(server.Lifecycle, server.Audit, clock, NullLogger<HoldSweeper>.Instance);
        var closed = server.Create(name);
        var salt = server.Store.Find(closed)!.KeySalt;
        var question = new SavedQuestion("q", "Question", sql, server.AddPerson("asha@example.in"), "", Start);
        using (var connection = server.Control.Open())
        {
            Assert.True(QuestionStore.Add(connection, closed, question));
        }

        byte[][] canaries = [salt, Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(sql)];
        using var key = KeyDerivation.ForControl(server.Master);
        Assert.All(canaries, canary => Assert.True(CarvedPages.Hold(server.Folder.ControlDatabase, key, canary)));

        server.Lifecycle.Hold(closed, _ => { });
        clock.Advance(TimeSpan.FromDays(30));
        Assert.Equal(1, sweeper.Sweep());
        Assert.All(canaries, canary => Assert.False(CarvedPages.Hold(server.Folder.ControlDatabase, key, canary)));
        Assert.False(Directory.Exists(server.Folder.FolderOf(closed)));
    }

    /// <summary>The same of a workspace's own file: rows that were replaced are in no page that is free now.</summary>
    [Fact]
    [Trait("claim", "D14")]
    public async Task RowsThatWereReplacedAreInNoFreePage()
    {
        const string canary = "canary-of-the-cell-77d0";
        await using var server = new TemporaryWorkspaces();
        var books = server.Create();
        using var key = KeyDerivation.ForWorkspace(server.Master, books, server.Store.Find(books)!.KeySalt);
        foreach (var text in new[] { canary, "nothing" })
        {
            await server.LoadAsync(books, SmallBooks.Invoices, [.. Enumerable.Range(0, 500).Select(i => new SqlValue[] { i, "P1", "2025-04-01", 1, text })], Cancel);
            await CloseAsync(server, books);
            Assert.Equal(text == canary, CarvedPages.Hold(server.Folder.DatabaseOf(books), key, Encoding.UTF8.GetBytes(canary)));
        }
    }

    /// <summary>Closes a workspace, its log empty: who closes it last must be one who writes.</summary>
    private static async Task CloseAsync(TemporaryWorkspaces server, WorkspaceId workspace)
    {
        await server.Open.CloseAsync(workspace);
        using var key = KeyDerivation.ForWorkspace(server.Master, workspace, server.Store.Find(workspace)!.KeySalt);
        EncryptedDatabase.Open(server.Folder.DatabaseOf(workspace), key, DatabaseAccess.ReadWrite).Dispose();
        Assert.False(File.Exists(server.Folder.DatabaseOf(workspace) + "-wal"));
    }

    /// <summary>What is on hold must be there when it is brought back: after a restore, and under a new master key.</summary>
    [Fact]
    [Trait("action", nameof(AuditActions.WorkspaceClosing))]
    [Trait("action", nameof(AuditActions.WorkspaceClosureStopped))]
    [Trait("action", nameof(AuditActions.KeyDestroyed))]
    public async Task TheVerbsTakeItAwayBringItBackAndDestroyIt_AlsoAfterARestoreAndANewMasterKey()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("orders.csv"), "id,amount\n1,10.50\n", Cancel);
        var recipient = "";
        await RunAsync("a", 0, "init");
        recipient = (await RunAsync("a", 0, "backup", "configure", "--new-identity", folder.File("backup.key"), "--json")).Json.GetProperty("new_recipient").GetString()!;
        await RunAsync("a", 0, "workspace", "create", "Books");
        await RunAsync("a", 0, "table", "import", folder.File("orders.csv"), "-w", "Books");
        await RunAsync("a", 2, "workspace", "delete", "Books");
        await RunAsync("a", 0, "workspace", "delete", "Books", "--yes");
        await RunAsync("a", 1, "query", "-w", "Books", "SELECT 1");
        await RunAsync("a", 1, "workspace", "delete", "Books", "--yes");
        Assert.Equal(0, (await RunAsync("a", 0, "workspace", "list", "--json")).Json.GetArrayLength());
        Assert.Equal("Books", Assert.Single((await RunAsync("a", 0, "workspace", "list", "--deleted", "--json")).Json.EnumerateArray()).GetProperty("name").GetString());
        await RunAsync("a", 0, "key", "rotate", "--yes");
        await RunAsync("a", 0, "backup", "run");
        await RunAsync("a", 0, "doctor", "--thorough");

        await RunAsync("b", 0, "restore", "--identity", folder.File("backup.key"), "--master-key", folder.File("a/keys/master.key"));
        await RunAsync("b", 0, "workspace", "undelete", "Books");
        await RunAsync("b", 1, "workspace", "undelete", "Books");
        Assert.Contains("10.5", (await RunAsync("b", 0, "query", "-w", "Books", "SELECT total(amount) FROM orders")).Output, StringComparison.Ordinal);

        await RunAsync("a", 2, "key", "destroy", "--workspace", "Books");
        var destroyed = (await RunAsync("a", 0, "key", "destroy", "--workspace", "Books", "--yes", "--json")).Json;
        Assert.InRange(destroyed.GetProperty("readable_in_backups_until").GetDateTimeOffset() - TimeProvider.System.GetUtcNow(), TimeSpan.FromDays(30), TimeSpan.FromDays(31));
        await RunAsync("a", 1, "workspace", "undelete", "Books");
        await RunAsync("a", 1, "key", "destroy", "--workspace", "Books", "--yes");
        Assert.Empty(Directory.GetFileSystemEntries(folder.File("a/data/workspaces")));
        Assert.Equal(
            ["key.destroyed", "workspace.closing"],
            (await RunAsync("a", 0, "audit", "list", "--json")).Json.GetProperty("rows").EnumerateArray().Select(row => row.GetProperty("action").GetString()!).Where(action => action is "key.destroyed" or "workspace.closing" or "workspace.deleted"));
        await RunAsync("a", 0, "audit", "verify");

        async Task<ProgramRun> RunAsync(string home, int exitCode, params string[] arguments)
        {
            var run = await ProgramRun.HereAsync(
            [
                "--home", folder.File(home), "--set", $"Backup:Directory={folder.File("store")}", .. recipient.Length > 0 ? (string[])["--set", $"Backup:Recipients:0={recipient}"] : [], .. arguments,
            ]);
            Assert.True(run.ExitCode == exitCode, string.Join(' ', arguments) + run.Output + run.Error);
            return run;
        }
    }
}
