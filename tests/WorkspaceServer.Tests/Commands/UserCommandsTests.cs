using WorkspaceServer.Commands;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Commands;

/// <summary>The verbs about people, as an operator runs them.</summary>
public sealed class UserCommandsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    [Trait("claim", "D41")]
    public async Task PeopleAreAddedWithALinkOfTheirOwnAndNoPassword()
    {
        await RunAsync("init");
        Assert.Equal(0, await RunAsync("user", "setup-link"));
        Assert.Equal(0, await RunAsync("user", "create", "asha@example.in", "--name", "Asha", "--super-admin"));
        Assert.Equal(1, await RunAsync("user", "create", "ASHA@example.in", "--name", "Asha"));
        Assert.Equal(2, await RunAsync("user", "create", "not an address", "--name", "Asha"));
        Assert.Equal(1, await RunAsync("user", "setup-link"));
        Assert.Equal(0, await RunAsync("user", "list"));

        await using var services = Composition.BuildServices(Settings.Load(Cli.Build().Parse(["user", "list", "--home", folder.Path])));
        var asha = Assert.Single(((PeopleStore)services.GetService(typeof(PeopleStore))!).List());
        Assert.Equal(("asha@example.in", SystemRole.SuperAdmin), (asha.Email, asha.Role));
    }

    [Fact]
    [Trait("action", nameof(AuditActions.PersonInvited))]
    [Trait("action", nameof(AuditActions.PersonSuspended))]
    [Trait("action", nameof(AuditActions.PersonReinstated))]
    [Trait("action", nameof(AuditActions.MfaRemoved))]
    public async Task SuspendingAndResettingWork_AndAreRecorded()
    {
        await RunAsync("init");
        await RunAsync("user", "create", "asha@example.in", "--name", "Asha");

        Assert.Equal(0, await RunAsync("user", "suspend", "Asha@example.in"));
        Assert.Equal(1, await RunAsync("user", "suspend", "asha@example.in"));
        Assert.Equal(0, await RunAsync("user", "unsuspend", "asha@example.in"));
        Assert.Equal(1, await RunAsync("user", "unsuspend", "asha@example.in"));
        Assert.Equal(0, await RunAsync("user", "reset-mfa", "asha@example.in"));
        Assert.Equal(1, await RunAsync("user", "reset-mfa", "nobody@example.in"));

        await using var services = Composition.BuildServices(Settings.Load(Cli.Build().Parse(["user", "list", "--home", folder.Path])));
        var rows = ((AuditStore)services.GetService(typeof(AuditStore))!).Find(new AuditFilter(), 10).Reverse().ToArray();
        Assert.Equal(["system.initialised", "person.invited", "person.suspended", "person.reinstated", "mfa.removed"], rows.Select(row => row.Row.Action));
        Assert.All(rows, row => Assert.Equal("operator", row.Row.ActorKind));
    }

    private Task<int> RunAsync(params string[] arguments) => Cli.RunAsync([.. arguments, "--home", folder.Path]);
}
