using WorkspaceServer.Agent.Server;
using WorkspaceServer.Protocol;
using Xunit;

namespace WorkspaceServer.Agent.Tests.Server;

/// <summary>Pairing succeeds once, and otherwise says the word.</summary>
public sealed class PairerTests
{
    [Fact]
    [Trait("claim", "E9")]
    public async Task TheCodeIsThatOfBothKeys()
    {
        await using var server = await ProtocolServer.StartAsync();

        var (pairing, key, code) = await PairAsync(server);

        Assert.Equal("Sharma & Sons", pairing.WorkspaceName);
        using var kept = Settings.SecretStore.ReadSigningKey(key);
        var publicKey = System.Buffers.Text.Base64Url.EncodeToString(kept.PublicKey.Export(NSec.Cryptography.KeyBlobFormat.RawPublicKey));
        Assert.Equal(Pairing.ConfirmCode(publicKey, pairing.ServerKey), code);
    }

    [Theory]
    [InlineData(410, SyncProblems.PairingExpired, "This pairing token expired on 3 October 2026.", ExitCodes.TokenExpired, "expired on 3 October 2026. Make a new one: http://127.0.0.1:")]
    [InlineData(409, SyncProblems.PairingUsed, "An agent was paired with this token already.", ExitCodes.TokenExpired, "already. Make a new one: http")]
    [InlineData(400, SyncProblems.ClockOff, "Your clock is 7 minutes behind.", ExitCodes.Failed, "7 minutes behind")]
    [InlineData(429, SyncProblems.TooManyRequests, "Try again in 60 seconds.", ExitCodes.RetryLater, "60 seconds")]
    public async Task ARefusalSaysTheWord(int status, string code, string detail, int exitCode, string message)
    {
        await using var server = await ProtocolServer.StartAsync();
        server.Instead = _ => (status, code, detail, null);

        var error = await Assert.ThrowsAsync<AgentException>(() => PairAsync(server));

        Assert.Equal((code, exitCode), (error.Problem.Code, error.Problem.ExitCode));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(server.PairingToken, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ATokenOfAnotherServerIsUnknown_AndItAsksWhere()
    {
        await using var server = await ProtocolServer.StartAsync();

        var error = await Assert.ThrowsAsync<AgentException>(() =>
            Pairer.PairAsync(new Uri(server.Url), Pairing.TokenPrefix + "of-another-server", "PC", TimeProvider.System, CancellationToken.None));

        Assert.Equal(SyncProblems.PairingUnknown, error.Problem.Code);
        Assert.Contains("Was it made at 127.0.0.1? A token is good at its own server only. Make a new one: http", error.Message, StringComparison.Ordinal);
    }

    /// <summary>A hotel's sign-in page, a web server at the wrong address, a proxy, or a server that is starting: nobody of them is the server, and each is another thing to do.</summary>
    [Theory]
    [InlineData(200, null, "untrusted_server", "is not Workspace Server. Is the address right, or is there a proxy in the way")]
    [InlineData(404, null, "untrusted_server", "is not Workspace Server (it says 404)")]
    [InlineData(302, "https://portal.example/", "untrusted_server", "leads elsewhere (302 to https://portal.example/)")]
    [InlineData(407, null, "untrusted_server", "A proxy is in the way and asks for a user and a password")]
    [InlineData(502, null, "unreachable", "is not running at the moment (502")]
    public async Task WhoeverElseAnswersIsNamed(int status, string? location, string code, string message)
    {
        await using var server = await ProtocolServer.StartAsync();
        server.Page = () => (status, location);

        var error = await Assert.ThrowsAsync<AgentException>(() => PairAsync(server));

        Assert.Equal(code, error.Problem.Code);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AServerThatDoesNotHoldItsKeyIsNotBelieved()
    {
        await using var server = await ProtocolServer.StartAsync();
        server.IsImpostor = true;

        Assert.Equal(AgentProblem.Untrusted, (await Assert.ThrowsAsync<AgentException>(() => PairAsync(server))).Problem);
    }

    [Fact]
    public async Task NobodyThereIsSaid()
    {
        var server = await ProtocolServer.StartAsync();
        var url = server.Url;
        await server.DisposeAsync();

        var error = await Assert.ThrowsAsync<AgentException>(() => Pairer.PairAsync(new Uri(url), server.PairingToken, "PC", TimeProvider.System, CancellationToken.None));

        Assert.Equal(AgentProblem.Unreachable, error.Problem);
        Assert.Contains("127.0.0.1 does not answer", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [Trait("claim", "A27")]
    [InlineData("ws.example.in", "https://ws.example.in/")]
    [InlineData("https://ws.example.in:8443/path", "https://ws.example.in:8443/")]
    [InlineData("http://127.0.0.1:5000", "http://127.0.0.1:5000/")]
    [InlineData("http://localhost", "http://localhost/")]
    [InlineData("http://[::1]:5000", "http://[::1]:5000/")]
    [InlineData("http://ws.example.in", null)]
    [InlineData("http://192.168.1.5", null)]
    [InlineData("http://127.0.0.1.example.in", null)]
    [InlineData("http://localhost.example.in", null)]
    [InlineData("ftp://ws.example.in", null)]
    [InlineData("https://user:password@ws.example.in", null)]
    [InlineData("file:///etc/passwd", null)]
    public void OnlyHttpsIsSpoken_ExceptWithThisComputer(string text, string? address)
    {
        if (address is null)
        {
            Assert.Equal(AgentProblem.Usage, Assert.Throws<AgentException>(() => ServerAddress.Parse(text)).Problem);
        }
        else
        {
            Assert.Equal(address, ServerAddress.Parse(text).ToString());
        }
    }

    private static Task<(Settings.PairingConfig Pairing, string SigningKey, string ConfirmCode)> PairAsync(ProtocolServer server) =>
        Pairer.PairAsync(new Uri(server.Url), server.PairingToken, "PC", TimeProvider.System, CancellationToken.None);
}
