using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using WorkspaceServer.Commands;
using WorkspaceServer.Control;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Backups;
using WorkspaceServer.Features.Health.Checks;
using WorkspaceServer.Hosting.Checks;
using WorkspaceServer.Testing;
using WorkspaceServer.Tests.House;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Vault.Keys;
using WorkspaceServer.Workspaces;
using Xunit;

namespace WorkspaceServer.Tests.Health;

/// <summary>Every fault is caused for real, and named with its file or setting, its cause and its cure; and what follows from it is not.</summary>
public sealed class ChecksTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Dictionary<string, string?> settings;

    public ChecksTests()
    {
        settings = new()
        {
            ["Vault:DataDirectory"] = folder.File("data"),
            ["Vault:MasterKeyFile"] = folder.File("keys/master.key"),
            ["Server:Url"] = "http://127.0.0.1:0",
        };
        Directory.CreateDirectory(folder.File("keys"));
        Directory.CreateDirectory(folder.File("bin"));
        MasterKey.Create(folder.File("keys/master.key"));
        using var master = MasterKey.Load(folder.File("keys/master.key"));
        ControlDatabase.Create(DataFolder.Create(folder.File("data")), master).Dispose();
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [Trait("claim", "E17")]
    [InlineData("mode", "chmod 0400 ")]
    [InlineData("missing", "Put your copy of it there, with mode 0400; for a new server, run: workspace-server init")]
    [InlineData("short", "Restore it from your copy")]
    [InlineData("link", "not a link")]
    public async Task AWrongMasterKeyIsNamedOnce(string fault, string cure)
    {
        var key = folder.File("keys/master.key");
        switch (fault)
        {
            case "mode":
                File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.GroupRead);
                break;
            case "short":
                File.Delete(key);
                await File.WriteAllBytesAsync(key, new byte[31], Cancel);
                File.SetUnixFileMode(key, UnixFileMode.UserRead);
                break;
            case "link":
                File.Move(key, key + ".real");
                File.CreateSymbolicLink(key, key + ".real");
                break;
            default:
                File.Delete(key);
                break;
        }

        var findings = await LookAsync();

        var wrong = Assert.Single(findings, finding => finding.State == CheckState.Fail);
        Assert.Equal("master key", wrong.Check);
        Assert.Contains(key, wrong.Text, StringComparison.Ordinal);
        Assert.Contains(cure, wrong.Cure + wrong.Text, StringComparison.Ordinal);
        Assert.False(string.IsNullOrEmpty(wrong.Cure));
        Assert.Contains(findings, finding => finding is { Check: "control database", State: CheckState.Skipped });
    }

    [Fact]
    [Trait("claim", "E17")]
    public async Task WhatOthersMayReadInTheDataFolderIsNamed()
    {
        File.SetUnixFileMode(folder.File("data/control.db"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        var file = await OnlyFailureAsync(reach: CheckReach.Every);
        Assert.Equal(("data folder", folder.File("data/control.db"), $"chmod -R go= {folder.File("data")}"), (file.Check, file.About, file.Cure));

        File.SetUnixFileMode(folder.File("data"), (UnixFileMode)Convert.ToInt32("755", 8));
        Assert.Equal($"chmod 0700 {folder.File("data")}", (await OnlyFailureAsync(reach: CheckReach.Every)).Cure);
    }

    [Fact]
    [Trait("claim", "E17")]
    public async Task APortThatAnotherProgramHasIsNamed()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        settings["Server:Url"] = $"http://127.0.0.1:{port}";
        // It takes a connection and hangs up, as no server of ours does.
        var hangUp = Task.Run(async () => (await other.AcceptSocketAsync(Cancel)).Dispose(), Cancel);

        var wrong = await OnlyFailureAsync();
        await hangUp;

        Assert.Equal(("port", "Server:Url"), (wrong.Check, wrong.About));
        Assert.Contains($"ss -ltnp 'sport = :{port}'", wrong.Cure, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("claim", "E17")]
    public async Task TheServerItselfOnItsPortIsFine()
    {
        await using var server = await RunningServer.StartAsync();
        settings["Server:Url"] = server.Url.ToString().TrimEnd('/');

        var finding = (await LookAsync()).Single(finding => finding.Check == "port");

        Assert.Equal(CheckState.Ok, finding.State);
        Assert.Contains("the server answers on", finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("claim", "E17")]
    public async Task ADamagedFileIsNamedWithTheWayBack()
    {
        WorkspaceId id;
        await using (var services = Services())
        {
            id = services.GetRequiredService<WorkspaceLifecycle>().Create("Books", (_, _) => { }).Id;
        }

        var file = folder.File($"data/workspaces/{id}/workspace.db");
        await using (var stream = new FileStream(file, FileMode.Open))
        {
            stream.Position = stream.Length / 2;
            var read = stream.ReadByte();
            stream.Position--;
            stream.WriteByte((byte)(read ^ 1));
        }

        var wrong = await OnlyFailureAsync(reach: CheckReach.Thorough);

        Assert.Equal(("workspace Books", file), (wrong.Check, wrong.About));
        Assert.Contains("workspace-server restore", wrong.Cure, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("claim", "E17")]
    public async Task AControlDatabaseOfAnotherKeyOrANewerVersionIsNamed()
    {
        File.Delete(folder.File("keys/master.key"));
        MasterKey.Create(folder.File("keys/master.key"));

        var wrong = await OnlyFailureAsync();

        Assert.Equal("control database", wrong.Check);
        Assert.Contains("another master key", wrong.Text, StringComparison.Ordinal);
    }

    [Theory]
    [Trait("claim", "E17")]
    [InlineData(100L << 20, "fail")]
    [InlineData(1L << 30, "warn")]
    [InlineData(50L << 30, "ok")]
    public async Task AFullDiskIsNamedBeforeAndWhenItIsFull(long free, string state)
    {
        var finding = (await LookAsync(services => services.AddSingleton<IDiskProbe>(new Disk(free)))).Single(finding => finding.Check == "disk");

        Assert.Equal((state, folder.File("data")), (Word(finding), finding.About));
        Assert.Equal(state != "ok", finding.Cure?.Contains("du -xh", StringComparison.Ordinal) == true);
    }

    [Fact]
    [Trait("claim", "E17")]
    public async Task AClockThatWasSetBackIsNamed()
    {
        File.SetLastWriteTimeUtc(folder.File("data/control.db"), TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(2));

        var wrong = await OnlyFailureAsync();

        Assert.Equal(("clock", folder.File("data/control.db")), (wrong.Check, wrong.About));
        Assert.Contains("chrony", wrong.Cure, StringComparison.Ordinal);
    }

    [Theory]
    [Trait("claim", "B47")]
    [InlineData("A29FC87B,ntp,3,1764046800.1,-0.000012,0.00001,0.00003,1.0,0.0,0.1,0.02,0.001,64.2,Normal", "ok", "synchronised")]
    [InlineData("A29FC87B,ntp,3,1764046800.1,1.200000,0.00001,0.00003,1.0,0.0,0.1,0.02,0.001,64.2,Normal", "fail", "chronyc makestep")]
    [InlineData("00000000,,0,0.0,0.000000000,0.0,0.0,0.0,0.0,0.0,1.0,1.0,0.0,Not synchronised", "fail", "chronyc sources")]
    [InlineData("506 Cannot talk to daemon", "fail", "systemctl enable --now chrony")]
    public async Task AClockThatNothingKeepsRightIsNamed(string tracking, string state, string says)
    {
        await FakeAsync("chronyc", $"echo '{tracking}'");

        var finding = (await LookAsync()).Last(finding => finding.Check == "clock");

        Assert.Equal(state, Word(finding));
        Assert.Contains(says, finding.Text + finding.Cure, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("claim", "A44")]
    [Trait("claim", "A46")]
    [Trait("claim", "A47")]
    public async Task OfTheMachineItSaysWhatItsOwnProgramsSay()
    {
        await FakeAsync("systemctl", "if [ $1 = show ]; then printf 'IPAddressAllow=127.0.0.0/8\\nIPAddressDeny=\\n'; exit; fi; if [ \"$2\" = fail2ban.service ]; then echo inactive; exit 3; fi; echo active");
        await FakeAsync("nginx", "echo 'nginx: [emerg] unexpected \"}\" in /etc/nginx/nginx.conf:7' >&2; exit 1");
        await FakeAsync("nft", "echo 'table inet filter { chain input { type filter hook input priority 0; policy accept; } }'");
        await FakeAsync("sshd", "printf 'permitrootlogin no\\npasswordauthentication yes\\nkbdinteractiveauthentication no\\n'");
        await FakeAsync("apt-config", "echo 'APT::Periodic::Unattended-Upgrade \"0\";'");

        var wrong = (await LookAsync(host: true)).Where(finding => finding.State == CheckState.Fail).ToArray();

        Assert.Equal(["fail2ban", "firewall", "network", "nginx files", "ssh", "updates"], wrong.Select(finding => finding.Check).Order(StringComparer.Ordinal));
        Assert.All(wrong, finding => Assert.False(string.IsNullOrEmpty(finding.Cure)));
        Assert.Contains("nginx.conf:7", wrong.Single(finding => finding.Check == "nginx files").Text, StringComparison.Ordinal);
        Assert.Contains("passwordauthentication no", wrong.Single(finding => finding.Check == "ssh").Cure, StringComparison.Ordinal);

        await FakeAsync("systemctl", "if [ $1 = show ]; then printf 'IPAddressAllow=0.0.0.0/0 ::/0\\nIPAddressDeny=10.0.0.0/8\\n'; exit; fi; echo active");
        await FakeAsync("nginx", "exit 0");
        await FakeAsync("nft", "echo 'table inet filter { chain input { type filter hook input priority 0; policy drop; } }'");
        await FakeAsync("sshd", "printf 'permitrootlogin no\\npasswordauthentication no\\nkbdinteractiveauthentication no\\n'");
        await FakeAsync("apt-config", "echo 'APT::Periodic::Unattended-Upgrade \"1\";'");
        Assert.DoesNotContain(await LookAsync(host: true), finding => finding.State == CheckState.Fail);
    }

    [Theory]
    [InlineData("[emerg] cannot load certificate \"/etc/workspace-server/tls/fullchain.pem\": BIO_new_file() failed (Permission denied:calling fopen)", "warn", "sudo workspace-server doctor --host")]
    [InlineData("[emerg] unknown directive \"nonsense\" in /etc/nginx/nginx.conf:1", "fail", "unknown directive")]
    public async Task WhoIsNotRootIsNotToldThatNginxIsBroken(string reason, string state, string says)
    {
        await FakeAsync("nginx", $"echo '[warn] the \"user\" directive makes sense only if the master process runs with super-user privileges, ignored'; echo '{reason}'; exit 1");

        var finding = (await LookAsync(host: true)).Single(finding => finding.Check == "nginx files");

        Assert.Equal(state, Word(finding));
        Assert.Contains(says, finding.Text + finding.Cure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutSystemdNothingIsSaidToBeWrongWithServices()
    {
        await FakeAsync("systemctl", "echo 'System has not been booted with systemd as init system (PID 1).' >&2; exit 1");

        var service = (await LookAsync(host: true)).Single(finding => finding.Check == "service");

        Assert.Equal("warn", Word(service));
    }

    [Fact]
    [Trait("claim", "A39")]
    [Trait("claim", "B48")]
    public async Task WhereEveryByteIsKeptIsSaid()
    {
        (settings["Residency:Country"], settings["Residency:Region"], settings["Residency:AllowedCountries:0"]) = ("IN", "ap-south-1", "IN");
        settings["Backup:Recipients:0"] = Age.AgeIdentity.Create().Recipient.ToString();
        settings["Backup:Directory"] = folder.File("store");

        var said = (await LookAsync()).Where(finding => finding.Check == "places").Select(finding => finding.Text).ToArray();

        Assert.All(
            ["data and mails", folder.File("data"), "master key: " + folder.File("keys/master.key"), "ap-south-1 (IN)", "backups: the folder " + folder.File("store"), "/var/log/journal", "/var/log/nginx", "nothing is kept outside of IN"],
            part => Assert.Contains(said, text => text.Contains(part, StringComparison.Ordinal)));
    }

    [Theory]
    [Trait("claim", "B7")]
    [InlineData("IPAddressAllow=127.0.0.0/8 10.0.0.2\nIPAddressDeny=10.0.0.0/8 fe80::/10", "10.0.0.2", "ok")]
    [InlineData("IPAddressAllow=127.0.0.0/8\nIPAddressDeny=10.0.0.0/8", "8.8.8.8", "ok")]
    [InlineData("IPAddressAllow=127.0.0.0/8\nIPAddressDeny=10.0.0.0/8", "10.0.0.2", "fail")]
    [InlineData("IPAddressAllow=127.0.0.0/8\nIPAddressDeny=fe80::/10", "fe80::1%eth0", "fail")]
    [InlineData("IPAddressAllow=\nIPAddressDeny=", "8.8.8.8", "fail")]
    public async Task AResolverThatTheUnitShutsOutIsNamed_AndAUnitThatShutsNothing(string unit, string resolver, string state)
    {
        await FakeAsync("systemctl", $"cat <<'END'\n{unit}\nEND");
        folder.Write("resolv.conf", $"search example.org\nnameserver {resolver}\n");

        var finding = Assert.Single(await new NetworkCheck(new HostPrograms([folder.File("bin")]), folder.File("resolv.conf")).LookAsync(new CheckRequest(CheckReach.Quick), Cancel));

        Assert.Equal(state, Word(finding));
        Assert.Equal(state == "fail", finding.Cure?.Contains("systemctl daemon-reload", StringComparison.Ordinal) == true);
    }

    [Theory]
    [Trait("claim", "C19")]
    [InlineData("Inst libssl3 [3.0.17-1] (3.0.18-1 Debian-Security:12/oldstable-security [amd64])\nInst bash [5.2-1] (5.2-2 Debian:12.9/stable [amd64])\nConf libssl3 (3.0.18-1 Debian-Security:12/oldstable-security [amd64])", 0, "warn", "An installed package has known holes: libssl3.")]
    [InlineData("Inst bash [5.2-1] (5.2-2 Debian:12.9/stable [amd64])", 0, "ok", "no installed package")]
    [InlineData("", 8, "warn", "not known")]
    public async Task PackagesWithKnownHolesAreNamed(string simulated, int daysOld, string state, string says)
    {
        await FakeAsync("apt-config", "echo 'APT::Periodic::Unattended-Upgrade \"1\";'");
        await FakeAsync("apt-get", $"[ \"$1\" = --simulate ] || exit 1; cat <<'END'\n{simulated}\nEND");
        folder.Write("lists/InRelease", "");
        File.SetLastWriteTimeUtc(folder.File("lists/InRelease"), TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-daysOld));

        var finding = (await new UpdatesCheck(new HostPrograms([folder.File("bin")]), TimeProvider.System, folder.File("lists")).LookAsync(new CheckRequest(CheckReach.Quick), Cancel))[^1];

        Assert.Equal(state, Word(finding));
        Assert.Contains(says, finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("claim", "E17")]
    public async Task AMailPasswordThatOthersMayReadIsNamed()
    {
        var password = folder.File("mail.password");
        await File.WriteAllTextAsync(password, "x", Cancel);
        File.SetUnixFileMode(password, (UnixFileMode)Convert.ToInt32("644", 8));
        (settings["Mail:Host"], settings["Mail:User"], settings["Mail:PasswordFile"]) = ("mail.example.in", "ws", password);

        var wrong = await OnlyFailureAsync();

        Assert.Equal(("mail", $"chmod 0600 {password}"), (wrong.Check, wrong.Cure));
    }

    [Fact]
    [Trait("claim", "E17")]
    public async Task ABackupThatFailedAndANightThatWasMissedAreNamed()
    {
        settings["Backup:Recipients:0"] = Age.AgeIdentity.Create().Recipient.ToString();
        settings["Backup:Directory"] = folder.File("store");
        Assert.Contains("No backup was made yet", (await OnlyFailureAsync()).Text, StringComparison.Ordinal);

        await using (var services = Services())
        {
            var runs = services.GetRequiredService<BackupStore>();
            runs.Begin("20261124-203000-x", TimeProvider.System.GetUtcNow());
            runs.Fail("20261124-203000-x", "store_failed", "The store refused an upload.", TimeProvider.System.GetUtcNow(), _ => { });
        }

        var wrong = await OnlyFailureAsync();
        Assert.Equal(("backup", "workspace-server backup run"), (wrong.Check, wrong.Cure));
        Assert.Contains("The store refused an upload.", wrong.Text, StringComparison.Ordinal);
    }

    [Theory]
    [Trait("claim", "E17")]
    [InlineData("corrupt", "fail")]
    [InlineData("ok", "ok")]
    public async Task TheLastVerdictOnTheAuditLogIsShown(string outcome, string state)
    {
        await using (var services = Services())
        {
            await services.GetRequiredService<AuditLog>().RecordAsync(new AuditEntry(AuditActions.AuditVerified) { Outcome = outcome });
        }

        var finding = (await LookAsync()).Single(finding => finding.Check == "audit log");

        Assert.Equal(state, Word(finding));
        Assert.Equal(state == "fail", finding.Cure?.Contains("incident.md", StringComparison.Ordinal) == true);
    }

    public void Dispose() => folder.Dispose();

    private static string Word(Finding finding) => finding.State.ToString().ToLowerInvariant();

    private async Task<Finding> OnlyFailureAsync(CheckReach reach = CheckReach.Quick)
    {
        var wrong = Assert.Single(await LookAsync(reach: reach), finding => finding.State == CheckState.Fail);
        Assert.False(string.IsNullOrEmpty(wrong.Cure) && !wrong.Text.Contains("master key", StringComparison.Ordinal), wrong.ToString());
        return wrong;
    }

    private async Task<IReadOnlyList<Finding>> LookAsync(Action<IServiceCollection>? change = null, CheckReach reach = CheckReach.Quick, bool host = false)
    {
        await using var services = Services(change);
        return await services.GetRequiredService<Checkup>().RunAsync(new CheckRequest(reach, host), Cancel);
    }

    private ServiceProvider Services(Action<IServiceCollection>? change = null) => Composition.BuildServices(
        new ConfigurationBuilder().AddInMemoryCollection(settings).Build(),
        change: services =>
        {
            // No program but those that a test made.
            services.AddSingleton(new HostPrograms([folder.File("bin")]));
            change?.Invoke(services);
        });

    /// <summary>A program of the machine that says what a test wants.</summary>
    private async Task FakeAsync(string name, string script)
    {
        var path = folder.File("bin/" + name);
        await File.WriteAllTextAsync(path, "#!/bin/sh\n" + script + "\n", Cancel);
        File.SetUnixFileMode(path, (UnixFileMode)Convert.ToInt32("755", 8));
    }

    private sealed class Disk(long free) : IDiskProbe
    {
        public (long Free, long Total) Space(string path) => (free, 100L << 30);
    }
}
