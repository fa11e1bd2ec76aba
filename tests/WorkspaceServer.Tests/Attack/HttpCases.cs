using System.Globalization;
using System.Text;
using WorkspaceServer.Features.Samples;

namespace WorkspaceServer.Tests.Attack;

/// <summary>Makes requests as bytes: nearly right ones, with something wrong in the line, the headers, the framing or the body.</summary>
internal sealed class HttpCases(int seed, string token)
{
    private static readonly string[] Methods = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "get", "G\u00c9T", "X", "PROPFIND", "POST POST"];

    private static readonly string[] Paths =
    [
        "/mcp", "/mcp", "/mcp/", "/mcp/..", "/mcp?x=1", "/mcp?x=%00", "/MCP", "/healthz", "/readyz", "/readyz/..%2f", "/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp",
        "/", "//", "/..", "/%2e%2e/%2e%2e/etc/passwd", "/%00", "/%", "/%zz", "/%c0%ae", "/a%20b", "/\u00e4", "*", "http://127.0.0.1/mcp", "http://evil.example/mcp", "/mcp#x", "/mcp;x=1", "/?" , "",
    ];

    private static readonly string[] Versions = ["HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/1.2", "HTTP/9.9", "http/1.1", "", "HTTP/1.1 x"];

    private static readonly string[] Hosts = ["127.0.0.1", "localhost", "localhost:99999", "evil.example", "", "a b", "[::1]", "127.0.0.1, 127.0.0.1", "\u00e4"];

    private static readonly string[] Types =
        ["application/json", "application/json; charset=utf-16", "text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "application/json;;;", "", "x", "application/json\u0001"];

    private static readonly string[] Odd =
    [
        "Accept: */*", "Accept: application/json, text/event-stream", "Accept: text/html;q=x", "Accept: ,,,", "MCP-Protocol-Version: 2026-07-28", "MCP-Protocol-Version: 2025-11-25", "MCP-Protocol-Version: 9",
        "MCP-Protocol-Version: \u00e4", "Mcp-Method: tools/list", "Mcp-Method: tools/call", "Mcp-Name: x", "Mcp-Session-Id: x", "Last-Event-ID: 5", "Origin: null", "Origin: https://evil.example", "Origin: http://127.0.0.1",
        "Content-Encoding: gzip", "Content-Encoding: br, br, br", "Expect: 100-continue", "Expect: x", "Upgrade: websocket\r\nConnection: Upgrade", "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__", "Range: bytes=0-1, 5-2",
        "X-Forwarded-For: x", "X-Forwarded-For: 192.0.2.1, , ,", "X-Forwarded-For: [::]:99999999", "X-Forwarded-Proto: gopher", "X-Forwarded-Proto: https, http", "X-Request-Id: ' OR 1=1 --", "Cookie: a=b; =; ;;", "Cookie: \u00e4=1",
        "Authorization: Basic eDp4", "Authorization: Bearer", "Authorization: Bearer a b", "Authorization: Bearer \u00e4", "Authorization:", "If-None-Match: *", "Transfer-Encoding: gzip", "TE: x", "Connection: x, close, keep-alive",
        " Folded: x", "No colon", ": empty", "A\u0000B: x", "A: \u0000", "A b: c", "Content-Length: -1", "Content-Length: 99999999999999999999", "Content-Length: 0x10", "Content-Length: 5", "Access-Control-Request-Method: POST",
    ];

    public byte[] Make(int number)
    {
        var random = new SeededRandom((ulong)seed * 1_000_003 + (ulong)number);
        var head = new StringBuilder();
        head.Append(random.OneIn(2) ? random.Pick(Methods) : random.Pick(["GET", "POST"])).Append(' ').Append(Path(random)).Append(' ').Append(random.OneIn(4) ? random.Pick(Versions) : Versions[0]).Append("\r\n");
        if (random.Next(20) > 0)
        {
            head.Append("Host: ").Append(random.Next(6) > 0 ? "127.0.0.1" : random.Pick(Hosts)).Append("\r\n");
        }

        if (random.Next(3) > 0)
        {
            head.Append("Authorization: Bearer ").Append(token).Append("\r\nAccept: application/json, text/event-stream\r\n");
        }

        for (var n = random.OneIn(2) ? random.Next(4) : 0; n > 0; n--)
        {
            head.Append(random.Pick(Odd)).Append(random.Next(30) == 0 ? "\n" : "\r\n");
        }

        if (random.Next(40) == 0)
        {
            head.Append("X-Long: ").Append('x', random.Between(100, 40_000)).Append("\r\n");
        }

        var body = Body(random);
        Frame(head, body.Length, random);
        return Spoil([.. Encoding.UTF8.GetBytes(head.ToString()), .. random.Next(16) == 0 ? Chunked(body, random) : body], random);
    }

    private static string Path(SeededRandom random) => random.Next(25) == 0
        ? "/" + new string('a', random.Between(1_000, 20_000))
        : random.OneIn(3) ? random.Pick(["/mcp", "/healthz"]) : random.Pick(Paths);

    private static void Frame(StringBuilder head, int length, SeededRandom random)
    {
        head.Append("Content-Type: ").Append(random.Next(4) > 0 ? Types[0] : random.Pick(Types)).Append("\r\n");
        _ = random.Next(16) switch
        {
            0 => head.Append("Transfer-Encoding: chunked\r\n"),
            1 => head.Append(CultureInfo.InvariantCulture, $"Content-Length: {length}\r\nTransfer-Encoding: chunked\r\n"),
            2 => head.Append(CultureInfo.InvariantCulture, $"Content-Length: {length + random.Between(-2, 2)}\r\n"),
            3 => head,
            _ => head.Append(CultureInfo.InvariantCulture, $"Content-Length: {length}\r\n"),
        };
        head.Append("Connection: close\r\n\r\n");
    }

    private static byte[] Body(SeededRandom random) => random.Next(10) switch
    {
        0 => [],
        1 => Encoding.UTF8.GetBytes(new string('[', random.Between(1, 5_000))),
        2 => Encoding.UTF8.GetBytes("{\"a\":" + new string('9', random.Between(1, 2_000)) + "}"),
        3 => [0xFF, 0xFE, 0x00, (byte)random.Next(256)],
        4 => Encoding.UTF8.GetBytes("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"method\":5}"),
        5 => Encoding.UTF8.GetBytes("\"\\u0000\\uD800\""),
        6 => new byte[random.Next(20) == 0 ? (1 << 20) + 1 : random.Between(1, 3_000)],
        _ => Encoding.UTF8.GetBytes("""{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}"""),
    };

    private static byte[] Chunked(byte[] body, SeededRandom random)
    {
        string[] ends = ["\r\n0\r\n\r\n", "\r\n0\r\n", "", "\r\nffffffffffffffff\r\n", "\r\n-1\r\n", "\r\n0\r\nTrailer: x\r\n\r\n", "\r\n0;ext=\u0001\r\n\r\n"];
        string[] sizes = [body.Length.ToString("x", CultureInfo.InvariantCulture), (body.Length + 1).ToString("x", CultureInfo.InvariantCulture), "zz", "", "7fffffff"];
        return [.. Encoding.UTF8.GetBytes((random.Next(3) > 0 ? sizes[0] : random.Pick(sizes)) + "\r\n"), .. body, .. Encoding.UTF8.GetBytes(random.Next(3) > 0 ? ends[0] : random.Pick(ends))];
    }

    /// <summary>Some are cut short, and in some a few bytes are others.</summary>
    private static byte[] Spoil(byte[] bytes, SeededRandom random)
    {
        var spoilt = random.Next(12) == 0 ? bytes[..random.Next(bytes.Length + 1)] : bytes;
        for (var n = random.Next(10) == 0 ? random.Next(5) : 0; n > 0 && spoilt.Length > 0; n--)
        {
            spoilt[random.Next(spoilt.Length)] = (byte)random.Next(256);
        }

        return spoilt;
    }
}
