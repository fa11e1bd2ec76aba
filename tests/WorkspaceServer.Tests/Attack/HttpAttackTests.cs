using System.Net.Sockets;
using System.Text;
using WorkspaceServer.Tests.Mcp;
using WorkspaceServer.Tests.Sandbox;
using Xunit;

namespace WorkspaceServer.Tests.Attack;

/// <summary>Half of the cases: bytes over raw sockets, which no HTTP client would send.</summary>
[Collection(AloneCollection.Name)]
public sealed class HttpAttackTests(McpFixture fixture) : IClassFixture<McpFixture>
{
    /// <summary>What HTTP itself wants for a version that is not spoken (RFC 9110, section 15.6.6); Kestrel says it before anything of ours runs.</summary>
    private const string OtherVersion = "505";

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("claim", "A63")]
    [Trait("claim", "D34")]
    [Trait("claim", "C36")]
    public async Task NoBytesMakeTheServerFail()
    {
        var cases = new HttpCases(AttackRun.Seed, fixture.Server.Token());
        var seen = new int[6];
        await new AttackRun(fixture.Server, "HTTP").SendAsync(
            AttackRun.Cases / 2,
            async (number, stop) =>
            {
                var request = cases.Make(number);
                var answer = await ExchangeAsync(request, stop);
                var status = answer.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) ? answer[9..12] : "none";
                Interlocked.Increment(ref seen[status == "none" ? 0 : status[0] - '0']);
                return Complaint(status, answer) is { } complaint ? $"{complaint} for\n{Shown(request)}\nwhich was answered with\n{answer}" : null;
            },
            Cancel);

        // A corpus of which nothing gets through the parser, or everything, would prove nothing.
        Assert.InRange(seen[2], AttackRun.Cases / 100, AttackRun.Cases / 3);
        Assert.InRange(seen[4], AttackRun.Cases / 10, AttackRun.Cases / 2);
    }

    [Fact]
    public async Task WhatKestrelCannotReadGetsABareAnswer()
    {
        // Nothing of ours runs before a request is read, so there are no headers of ours and no body; and nothing of what was sent comes back.
        var answer = await ExchangeAsync("GET / HTTP/1.1\r\nHost: a\r\nbad header\r\n\r\n"u8.ToArray(), Cancel);

        Assert.StartsWith("HTTP/1.1 400 Bad Request\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("Content-Length: 0\r\n", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Server:", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("bad header", answer, StringComparison.Ordinal);
    }

    private static string? Complaint(string status, string answer) =>
        status[0] == '5' && status != OtherVersion ? status
        : answer.Contains("   at ", StringComparison.Ordinal) || answer.Contains("Exception", StringComparison.Ordinal) ? "a stack trace"
        : null;

    private async Task<string> ExchangeAsync(byte[] request, CancellationToken stop)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", fixture.Server.Url.Port, stop);
        var stream = client.GetStream();
        var answer = new MemoryStream();
        try
        {
            await stream.WriteAsync(request, stop);
            var copy = stream.CopyToAsync(answer, stop);
            try
            {
                await copy.WaitAsync(Patience, stop);
            }
            catch (TimeoutException)
            {
                // The server waits for the rest of what was cut short: nothing more comes. (Said at once, it would end requests that are being answered.)
                client.Client.Shutdown(SocketShutdown.Send);
                await copy;
            }
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            // The server may hang up on what it cannot read, before it was sent whole; what it said until then counts.
        }

        return Encoding.UTF8.GetString(answer.ToArray());
    }

    private static string Shown(byte[] request) => Encoding.Latin1.GetString(request.AsSpan(0, Math.Min(request.Length, 1_500)));
}
