using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using WorkspaceServer.Agent.Tests.Server;
using Xunit;

namespace WorkspaceServer.Agent.Tests.Programs;

/// <summary>The first five minutes of who installs the agent, with the program itself.</summary>
public sealed class ProgramTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private ProtocolServer server = null!;

    private AgentProgram Agent => AgentProgram.Here(folder.File("home"));

    public async ValueTask InitializeAsync() => server = await ProtocolServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    [Trait("claim", "E9")]
    public async Task FromPairingToUnpairing()
    {
        await AgentWalk.RunAsync(Agent, server, folder, path => path);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.File("home/secrets")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder.File("home")));
    }

    [Theory]
    [InlineData(ExitCodes.NotPaired, "sync", "--once")]
    [InlineData(ExitCodes.NotPaired, "unpair")]
    [InlineData(ExitCodes.Usage, "pair", "--url", "http://ws.example.in", "--token-file", "-")]
    [InlineData(ExitCodes.Usage, "source", "add", "files")]
    [InlineData(ExitCodes.Usage, "source", "add", "tally", "http://192.168.1.5:9000")]
    [InlineData(ExitCodes.Usage, "source", "add", "postgres", "Host=x;Password=y")]
    [InlineData(ExitCodes.Usage, "source", "preview", "nothing")]
    [InlineData(ExitCodes.Usage, "schedule", "--every", "0")]
    [InlineData(ExitCodes.Usage, "logs", "--lines", "10001")]
    [InlineData(ExitCodes.Usage, "nonsense")]
    public async Task AMistakeHasItsExitCodeAndSaysWhatToDo(int exitCode, params string[] arguments)
    {
        var run = await Agent.RunAsync([.. arguments, "--json"]);

        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains("\"message\":", run.Errors, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    /// <summary>A server that is gone for good, and secrets that nobody can read any more, keep nobody paired.</summary>
    [Fact]
    public async Task APairingIsForgottenHere_WithoutServerAndWithoutToken()
    {
        await Agent.SucceedAsync("pair", "--url", server.Url, "--token-file", folder.Write("pair.txt", server.PairingToken));
        await server.DisposeAsync();
        var refused = await Agent.RunAsync("unpair", "--json");
        Assert.Equal(ExitCodes.RetryLater, refused.ExitCode);
        Assert.Contains("unpair --local", refused.Errors, StringComparison.Ordinal);
        folder.Write("home/secrets", "broken");

        var run = await Agent.SucceedAsync("unpair", "--local");

        Assert.Contains("has forgotten its pairing with Sharma & Sons", run.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.NotPaired, (await Agent.RunAsync("sync", "--once")).ExitCode);
    }

    [Fact]
    public async Task AProxyThatLetsNobodyThroughIsSaid()
    {
        using var proxy = new TcpListener(IPAddress.Loopback, 0);
        proxy.Start();
        var asked = RefuseAsync(proxy);
        var agent = AgentProgram.Here(folder.File("home"), new Dictionary<string, string> { ["HTTPS_PROXY"] = $"http://127.0.0.1:{((IPEndPoint)proxy.LocalEndpoint).Port}" });

        var run = await agent.RunAsync("pair", "--url", "https://ws.example.in", "--token-file", folder.Write("pair.txt", server.PairingToken), "--json");

        Assert.StartsWith("CONNECT ws.example.in:443 ", await asked, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.RetryLater, run.ExitCode);
        Assert.Contains("A proxy is in the way and does not let ws.example.in through", run.Errors, StringComparison.Ordinal);
        // It was not spent.
        Assert.True(File.Exists(folder.File("pair.txt")));

        static async Task<string> RefuseAsync(TcpListener proxy)
        {
            using var client = await proxy.AcceptTcpClientAsync();
            using var reader = new StreamReader(client.GetStream());
            var first = await reader.ReadLineAsync();
            while (await reader.ReadLineAsync() is { Length: > 0 })
            {
                // What else it says is not looked at.
            }

            await client.GetStream().WriteAsync("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
            return first!;
        }
    }

    /// <summary>The agent for Linux does without the cultures that the driver wants.</summary>
    [Fact]
    public async Task SqlServerIsReadByTheAgentForWindows()
    {
        var connection = folder.Write("connection.txt", "Server=127.0.0.1,1;User ID=reader;Password=SECRET");

        var run = await Agent.RunAsync("source", "add", "sqlserver", "--connection-file", connection, "--json");

        Assert.Equal(ExitCodes.Failed, run.ExitCode);
        Assert.Contains("for Windows only", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", run.Errors + run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SecretsThatOthersMayReadAreNotUsed()
    {
        await Agent.SucceedAsync("source", "add", "files", folder.Write("t.csv", "id,a\n1,2\n"));
        File.SetUnixFileMode(folder.File("home/secrets"), UnixFileMode.UserRead | UnixFileMode.GroupRead);

        var run = await Agent.RunAsync("source", "preview", "t");

        Assert.Equal(ExitCodes.BadConfiguration, run.ExitCode);
        Assert.Contains("chmod 600", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheServiceIsToldWhatItIsTold()
    {
        var unit = (await Agent.SucceedAsync("service", "install", "--print")).Output;

        Assert.Contains("Type=notify", unit, StringComparison.Ordinal);
        Assert.Contains($"--home \"{folder.File("home")}\" sync", unit, StringComparison.Ordinal);
        Assert.Contains(
            WorkspaceServer.Agent.Service.ServiceText.WindowsInstall(@"C:\Program Files\Agent\workspace-agent.exe", @"C:\ProgramData\WorkspaceAgent")[0].Arguments,
            argument => argument == "\"C:\\Program Files\\Agent\\workspace-agent.exe\" --home \"C:\\ProgramData\\WorkspaceAgent\" sync");
    }

    /// <summary>systemd's own reader finds nothing wrong with the unit, and the program where it is, whatever the folder is called.</summary>
    [Theory]
    [InlineData("agent")]
    [InlineData("a b")]
    [InlineData("100%d $HOME")]
    public async Task SystemdTakesTheUnit(string name)
    {
        const string Analyze = "/usr/bin/systemd-analyze";
        Assert.SkipUnless(File.Exists(Analyze), "systemd is not installed here.");
        var program = Path.Combine(Directory.CreateDirectory(folder.File(name)).FullName, "workspace-agent");
        File.Copy("/bin/true", program);
        Assert.Empty(await VerifyAsync(WorkspaceServer.Agent.Service.ServiceText.Unit(program, folder.File(name))));

        // It would say so.
        Assert.Contains("ProtectSystm", await VerifyAsync(WorkspaceServer.Agent.Service.ServiceText.Unit(program, folder.File(name)).Replace("ProtectSystem", "ProtectSystm", StringComparison.Ordinal)), StringComparison.Ordinal);
        File.Delete(program);
        Assert.Contains("not executable", await VerifyAsync(WorkspaceServer.Agent.Service.ServiceText.Unit(program, folder.File(name))), StringComparison.Ordinal);

        async Task<string> VerifyAsync(string unit)
        {
            using var process = Process.Start(new ProcessStartInfo(Analyze, ["verify", "--man=no", folder.Write("workspace-agent.service", unit)]) { RedirectStandardError = true })!;
            var said = await process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            return string.Join('\n', said.Split('\n').Where(line => line.Contains("workspace-agent", StringComparison.Ordinal)));
        }
    }
}
