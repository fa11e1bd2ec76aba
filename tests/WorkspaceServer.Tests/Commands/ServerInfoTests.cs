using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Commands;

/// <summary>What the server says of itself.</summary>
public sealed class ServerInfoTests : IDisposable
{
    private static readonly string[] India = ["--set", "Residency:Country=in", "--set", "Residency:Region=ap-south-1", "--set", "Residency:AllowedCountries:0=IN"];

    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("claim", "A109")]
    [Trait("claim", "A110")]
    public async Task OneMasterKey_NoKeyOfACustomersOwn_AndNoSecondRegion()
    {
        var info = (await RunAsync([.. India, "server", "info", "--json"])).Json;

        Assert.Equal("single-master-hkdf", info.GetProperty("key_model").GetString());
        Assert.False(info.GetProperty("bring_your_own_key").GetBoolean());
        Assert.Equal(("ap-south-1 (IN)", 0), (info.GetProperty("region").GetString(), info.GetProperty("replicated_to").GetArrayLength()));
        // The command that it names for a new master key is one.
        Assert.Empty(WorkspaceServer.Commands.Cli.Build().Parse(info.GetProperty("master_key_rotation").GetString()!["workspace-server ".Length..]).Errors);
        Assert.Contains("single-master-hkdf", (await RunAsync("server", "info")).Output, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("claim", "C20")]
    public async Task EachWorkspaceShowsItsRegion()
    {
        await RunAsync("init");
        await RunAsync("workspace", "create", "Books");

        Assert.Equal("ap-south-1 (IN)", (await RunAsync([.. India, "workspace", "show", "Books", "--json"])).Json.GetProperty("region").GetString());
        Assert.Equal(JsonValueKind.Null, (await RunAsync("workspace", "show", "Books", "--json")).Json.GetProperty("region").ValueKind);
    }

    [Theory]
    [Trait("claim", "D60")]
    [InlineData("99.1.0\nhttps://example.org/notes\n", true)]
    [InlineData("0.0.1", false)]
    public async Task WhetherThereIsANewerVersionIsAskedOnRequest(string answer, bool isNewer)
    {
        using var releases = new TcpListener(IPAddress.Loopback, 0);
        releases.Start();
        string[] setting = ["--set", $"Server:ReleasesUrl=http://{releases.LocalEndpoint}/newest"];

        Assert.True((await RunAsync([.. setting, "version"])).ExitCode == ExitCodes.Ok);
        Assert.False(releases.Pending(), "Something was asked without --check.");
        var answering = AnswerAsync(releases, answer);
        var run = await RunAsync([.. setting, "version", "--check", "--json"]);
        var asked = await answering;

        Assert.Equal(isNewer, !run.Json.GetProperty("is_newest").GetBoolean());
        // The question says nothing about who asks.
        Assert.StartsWith("GET /newest HTTP/1.1", asked, StringComparison.Ordinal);
        Assert.Equal(["Host"], asked.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.Split(':')[0]));
    }

    [Theory]
    [Trait("claim", "D60")]
    [InlineData("/moved", null)]
    [InlineData("http://localhost:{port}/newest", "sends on to http://localhost:{port}")]
    [InlineData("http://127.0.0.1:1/newest", "sends on to http://127.0.0.1:1,")]
    [InlineData("https://127.0.0.1:{port}/newest", "sends on to https://127.0.0.1:{port}")]
    [InlineData("//releases.example.org/newest", "sends on to http://releases.example.org")]
    [InlineData("file:///etc/hostname", "sends on to file://")]
    public async Task ItIsNotSentOnToAnotherPlace(string location, string? refusal)
    {
        using var releases = new TcpListener(IPAddress.Loopback, 0);
        releases.Start();
        string Here(string text) => text.Replace("{port}", ((IPEndPoint)releases.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

        var answering = AnswerAsync(releases, "", $"302 Found\r\nLocation: {Here(location)}");
        var running = RunAsync("--set", $"Server:ReleasesUrl=http://{releases.LocalEndpoint}/newest", "version", "--check");
        await answering;
        if (refusal is null)
        {
            Assert.StartsWith($"GET {location} HTTP/1.1", await AnswerAsync(releases, "0.0.1"), StringComparison.Ordinal);
            Assert.Equal(ExitCodes.Ok, (await running).ExitCode);
            return;
        }

        var run = await running;
        Assert.Equal(ExitCodes.Failed, run.ExitCode);
        Assert.Contains(Here(refusal), run.Error, StringComparison.Ordinal);
        Assert.False(releases.Pending(), "The other place was asked.");
    }

    [Fact]
    [Trait("claim", "D60")]
    public async Task ItIsNotSentOnForEver()
    {
        using var releases = new TcpListener(IPAddress.Loopback, 0);
        releases.Start();
        var running = RunAsync("--set", $"Server:ReleasesUrl=http://{releases.LocalEndpoint}/newest", "version", "--check");
        for (var asked = 0; asked < 4; asked++)
        {
            await AnswerAsync(releases, "", "302 Found\r\nLocation: /newest");
        }

        Assert.Contains("again and again", (await running).Error, StringComparison.Ordinal);
    }

    [Theory]
    [Trait("claim", "D60")]
    [InlineData("", ExitCodes.NotConfigured)]
    [InlineData("http://releases.example.org/", ExitCodes.BadConfiguration)]
    [InlineData("http://127.0.0.1:1/", ExitCodes.Failed)]
    public async Task WithoutAnAddressItIsOff(string address, int exitCode) =>
        Assert.Equal(exitCode, (await RunAsync("--set", "Server:ReleasesUrl=" + address, "version", "--check")).ExitCode);

    public void Dispose() => folder.Dispose();

    private static async Task<string> AnswerAsync(TcpListener releases, string body, string status = "200 OK")
    {
        using var client = await releases.AcceptTcpClientAsync(Cancel);
        var stream = client.GetStream();
        var (request, buffer) = (new StringBuilder(), new byte[4096]);
        while (!request.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            request.Append(Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer, Cancel)));
        }

        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}"), Cancel);
        return request.ToString();
    }

    private Task<ProgramRun> RunAsync(params string[] arguments) => ProgramRun.HereAsync(["--home", folder.Path, .. arguments]);
}
