using System.Text.Json;
using MimeKit;
using WorkspaceServer.Control;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Vault.Keys;
using Xunit;

namespace WorkspaceServer.Tests.Commands;

/// <summary>The verbs about members, roles, invitations and support grants, as an operator runs them.</summary>
public sealed class AccessVerbsTests : IAsyncLifetime
{
    private const string Closure = "0199c3f2a4b87d100199c3f2a4b87d10";

    private readonly TemporaryFolder folder = new();

    public async ValueTask InitializeAsync()
    {
        await OkAsync("init");
        await OkAsync("workspace", "create", "Books");
        AddPerson("asha@example.com", "user");
        AddPerson("ravi@example.com", "user");
        AddPerson("ops@example.com", "super_admin");
    }

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    [Trait("claim", "B20")]
    [Trait("claim", "B25")]
    public async Task MembersAreAddedChangedSuspendedAndRemoved()
    {
        await OkAsync("member", "add", "asha@example.com", "-w", "Books", "--role", "owner");
        await OkAsync("member", "add", "ravi@example.com", "-w", "Books");
        await OkAsync("role", "create", "Auditor", "-w", "Books", "--grant", "audit.read", "--deny", "query.run");
        var shown = await OkAsync("role", "show", "auditor", "-w", "Books");
        var changed = await OkAsync("member", "role", "ravi@example.com", "-w", "Books", "--role", "member", "--custom", "Auditor");

        Assert.Equal("audit.read", Assert.Single(shown.GetProperty("grants").EnumerateArray()).GetString());
        Assert.Equal("member", changed.GetProperty("role").GetString());
        Assert.Equal(1, changed.GetProperty("custom_roles").GetArrayLength());
        Assert.Equal(1, await FailsAsync("role", "delete", "Auditor", "-w", "Books"));
        Assert.Equal(1, await FailsAsync("member", "remove", "asha@example.com", "-w", "Books"));
        Assert.Equal(1, await FailsAsync("member", "role", "asha@example.com", "-w", "Books", "--role", "admin"));
        Assert.Equal(2, await FailsAsync("member", "role", "asha@example.com", "-w", "Books", "--role", "god"));

        await OkAsync("member", "suspend", "ravi@example.com", "-w", "Books");
        var members = (await OkAsync("member", "list", "-w", "Books")).EnumerateArray().ToArray();
        Assert.NotEqual(JsonValueKind.Null, members.Single(member => member.GetProperty("email").GetString() == "ravi@example.com").GetProperty("suspended_at").ValueKind);
        await OkAsync("member", "unsuspend", "ravi@example.com", "-w", "Books");
        await OkAsync("member", "remove", "ravi@example.com", "-w", "Books");
        await OkAsync("role", "delete", "Auditor", "-w", "Books");
        Assert.Equal(1, (await OkAsync("member", "list", "-w", "Books")).GetArrayLength());
        Assert.True((await OkAsync("role", "list", "-w", "Books")).GetProperty("permissions").GetArrayLength() >= 23);
    }

    [Fact]
    [Trait("claim", "B24")]
    public async Task AnInvitationIsShownOnceOrWrittenToAFile_AndWithdrawn()
    {
        var shown = await OkAsync("invite", "create", "new@example.com", "-w", "Books", "--role", "owner");
        var file = folder.File("invitation");
        var written = await OkAsync("invite", "create", "new@example.com", "-w", "Books", "--out", file);

        Assert.StartsWith("wsp_inv_", shown.GetProperty("secret").GetString(), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, written.GetProperty("secret").ValueKind);
        Assert.StartsWith("wsp_inv_", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        await OkAsync("invite", "revoke", shown.GetProperty("id").GetString()!, "-w", "Books");
        Assert.Equal(["open", "revoked"], (await OkAsync("invite", "list", "-w", "Books")).EnumerateArray().Select(each => each.GetProperty("state").GetString()));
    }

    [Fact]
    [Trait("claim", "B26")]
    public async Task ASupportGrantIsMadeListedEndedAndSignedOff()
    {
        var made = await OkAsync("support", "grant", "ops@example.com", "-w", "Books", "--reason", "Ticket 4711: totals differ", "--hours", "4");
        var id = made.GetProperty("id").GetString()!;

        Assert.Equal(2, await FailsAsync("support", "grant", "ops@example.com", "-w", "Books", "--reason", "Ticket 4711: totals differ", "--hours", "4.1"));
        Assert.Equal(1, await FailsAsync("support", "grant", "asha@example.com", "-w", "Books", "--reason", "Ticket 4711: totals differ"));
        Assert.Equal(1, await FailsAsync("support", "review", id, "--note", "Looked at the reads"));
        await OkAsync("support", "end", id);
        Assert.False((await OkAsync("support", "review", id)).GetProperty("reviewed").GetBoolean());
        Assert.True((await OkAsync("support", "review", id, "--note", "Looked at the reads")).GetProperty("reviewed").GetBoolean());
        Assert.Equal("reviewed", Assert.Single((await OkAsync("support", "list")).EnumerateArray()).GetProperty("state").GetString());
    }

    [Fact]
    [Trait("claim", "A90")]
    public async Task AClosureIsListed_AndTakesAllThreeThingsThatAreDoneByHand()
    {
        Assert.Equal(0, (await OkAsync("closure", "list")).GetArrayLength());
        Change("INSERT INTO closure (id, person_id, asked_at) SELECT @id, id, 0 FROM person WHERE email = 'asha@example.com'", ("@id", Closure));
        var open = Assert.Single((await OkAsync("closure", "list")).EnumerateArray());
        Assert.Equal((Closure, "asha@example.com"), (open.GetProperty("id").GetString(), open.GetProperty("email").GetString()));

        string[] done = ["--subscription-ended", "--identity-verified", "--provider-cleaned"];
        string[] approve = ["closure", "approve", Closure, .. done];
        foreach (var missing in done)
        {
            var refused = await RunAsync([.. approve.Where(argument => argument != missing)]);
            Assert.Equal(2, refused.ExitCode);
            Assert.Contains("Do all three things first", refused.Error, StringComparison.Ordinal);
        }

        Assert.Equal(1, await FailsAsync(["closure", "approve", "0", .. done]));
        var mails = folder.File("data/mail");
        Assert.False(Directory.Exists(mails));
        var closed = await OkAsync(approve);
        Assert.Equal((true, true), (closed.GetProperty("closed").GetBoolean(), closed.GetProperty("mail_sent").GetBoolean()));
        var mail = await MimeMessage.LoadAsync(Assert.Single(Directory.GetFiles(mails)), TestContext.Current.CancellationToken);
        Assert.Equal(("asha@example.com", "Your account at Workspace Server was closed"), (Assert.Single(mail.To.Mailboxes).Address, mail.Subject));
        Assert.Equal(0, (await OkAsync("closure", "list")).GetArrayLength());
        Assert.Equal(1, await FailsAsync(approve));
    }

    private void AddPerson(string email, string role) => Change(
        "INSERT INTO person (id, email, email_key, system_role, created_at) VALUES (@id, @email, @email, @role, 1)",
        ("@id", Guid.CreateVersion7(DateTimeOffset.UnixEpoch).ToString("n")), ("@email", email), ("@role", role));

    private void Change(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var master = MasterKey.Load(folder.File("keys/master.key"));
        using var control = ControlDatabase.Open(DataFolder.Open(folder.File("data")), master);
        using var connection = control.Open();
        connection.Execute(sql, parameters);
    }

    private async Task<JsonElement> OkAsync(params string[] arguments)
    {
        var run = await RunAsync(arguments);
        Assert.True(run.ExitCode == 0, run.Error);
        return JsonElement.Parse(run.Output);
    }

    private async Task<int> FailsAsync(params string[] arguments) => (await RunAsync(arguments)).ExitCode;

    private Task<ProgramRun> RunAsync(string[] arguments) => ProgramRun.HereAsync(["--home", folder.Path, .. arguments, "--json"]);
}
