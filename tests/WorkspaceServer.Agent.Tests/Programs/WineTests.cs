using System.Diagnostics;
using WorkspaceServer.Agent.Service;
using WorkspaceServer.Agent.Tests.Server;
using WorkspaceServer.Agent.Tests.Sources.SqlServer;
using Xunit;

namespace WorkspaceServer.Agent.Tests.Programs;

/// <summary>The very file that is shipped for Windows takes the same walk, under Wine: console, files, DPAPI, Ed25519, SQLite and HTTP are Windows'.</summary>
public sealed class WineTests
{
    private const string Wine = "/usr/lib/wine/wine64";
    private const string WineServer = "/usr/lib/wine/wineserver64";

    private static string Published => Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../agent-win-x64/workspace-agent.exe"));

    [Fact]
    [Trait("claim", "E9")]
    [Trait("claim", "E16")]
    public async Task TheWindowsProgramTakesTheWalk()
    {
        Assert.SkipUnless(File.Exists(Wine), "Wine is not installed here; ops/bootstrap.sh test installs it where Debian has it.");
        Assert.SkipUnless(File.Exists(Published), "The program for Windows is not published; ops/test.sh does that before it runs this project.");
        using var folder = new TemporaryFolder();
        await using var server = await ProtocolServer.StartAsync();
        var environment = new Dictionary<string, string>
        {
            ["WINEPREFIX"] = folder.File("prefix"),
            ["WINEDEBUG"] = "-all",
            ["WINEDLLOVERRIDES"] = "mscoree,mshtml=",
            ["DISPLAY"] = "",
        };
        try
        {
            await WalkAsync(folder, server, environment);
        }
        finally
        {
            // It goes on writing into the folder until it has ended.
            await RunAsync(environment, WineServer, "-k");
            await RunAsync(environment, WineServer, "-w");
        }
    }

    private static async Task WalkAsync(TemporaryFolder folder, ProtocolServer server, Dictionary<string, string> environment)
    {
        await RunAsync(environment, Wine, "wineboot", "-i");
        // .NET refuses Windows 7, which Wine is without this.
        await RunAsync(environment, Wine, "reg", "add", @"HKCU\Software\Wine", "/v", "Version", "/d", "win10", "/f");
        // A service has to say within ten seconds that it runs, which it does not on a busy machine; the manager reads this when it starts.
        await RunAsync(environment, Wine, "reg", "add", @"HKLM\System\CurrentControlSet\Control", "/v", "ServicesPipeTimeout", "/d", "60000", "/f");
        await RunAsync(environment, WineServer, "-k");
        await RunAsync(environment, WineServer, "-w");
        var home = folder.File("home");

        await AgentWalk.RunAsync(new AgentProgram(Wine, [Published], Seen(home), environment), server, folder, Seen);

        var agent = new AgentProgram(Wine, [Published], Seen(home), environment);
        await SqlServerIsReadAsync(agent, folder);
        await TheServiceRunsAsync(agent, home, environment);

        // DPAPI's blobs begin with their version and the provider's GUID, and say nothing.
        Assert.DoesNotContain("outbox_key", System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(Path.Combine(home, "secrets"))), StringComparison.Ordinal);
    }

    /// <summary>SQL Server's driver, within the one file, logs in by TLS and reads rows.</summary>
    private static async Task SqlServerIsReadAsync(AgentProgram agent, TemporaryFolder folder)
    {
        await using var peer = new SqlServerPeer(new SqlServerTable("dbo", "bills", [new SqlServerColumn("id", new SqlServerType("int")), new SqlServerColumn("amount", new SqlServerType("money"))], ["id"], [[1L, 0.05m], [2L, null]]));
        var connection = folder.Write("sqlserver.txt", peer.Connection.Replace("ServerCertificate=", "ServerCertificate=Z:", StringComparison.Ordinal));

        var run = await agent.RunAsync("source", "add", "sqlserver", "--connection-file", Seen(connection), "--json");

        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.Equal("0.0500", run.Json.GetProperty("tables")[0].GetProperty("first_rows")[0][1].GetString());
        Assert.Equal((true, true), peer.WasEncrypted);
        await agent.SucceedAsync("source", "remove", run.Json.GetProperty("source").GetString()!);
    }

    /// <summary>
    /// Windows' service manager starts the program, is told that it runs, and stops it when the agent removes the service. Wine knows no accounts of a service's own, so here the service
    /// runs under the system's; that account and its rights (icacls) are only seen on a real Windows.
    /// </summary>
    private static async Task TheServiceRunsAsync(AgentProgram agent, string home, Dictionary<string, string> environment)
    {
        var create = ServiceText.WindowsInstall(Published.Replace('/', '\\').Insert(0, "Z:"), Seen(home))[0].Arguments.ToList();
        create.RemoveRange(create.IndexOf("obj="), 2);
        create[create.IndexOf("start=") + 1] = "demand";
        await RunAsync(environment, Wine, ["sc.exe", .. create]);
        var log = Path.Combine(home, "agent.log");
        var before = (await File.ReadAllLinesAsync(log)).Length;
        Assert.Contains("started successfully", await OutputAsync(environment, "net.exe", "start", ServiceText.Name), StringComparison.Ordinal);

        // It is paired with nobody any more and says so, which a person would see in the log.
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await File.ReadAllLinesAsync(log, late.Token)).Length == before)
        {
            await timer.WaitForNextTickAsync(late.Token);
        }

        Assert.Contains("not paired", (await File.ReadAllLinesAsync(log))[^1], StringComparison.Ordinal);
        Assert.Contains("RUNNING", await OutputAsync(environment, "sc.exe", "query", ServiceText.Name), StringComparison.Ordinal);
        await agent.SucceedAsync("service", "remove");
        Assert.DoesNotContain("SERVICE_NAME", await OutputAsync(environment, "sc.exe", "query", ServiceText.Name), StringComparison.Ordinal);
    }

    private static async Task<string> OutputAsync(Dictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(Wine, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var output = await process.StandardOutput.ReadToEndAsync(late.Token);
        await process.WaitForExitAsync(late.Token);
        return output;
    }

    /// <summary>Wine shows the whole file system as drive Z.</summary>
    private static string Seen(string path) => "Z:" + path.Replace('/', '\\');

    private static async Task RunAsync(Dictionary<string, string> environment, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await process.WaitForExitAsync(late.Token);
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}");
    }
}
