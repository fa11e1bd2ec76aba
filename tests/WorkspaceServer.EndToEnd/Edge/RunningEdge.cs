using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using WorkspaceServer.Testing;

namespace WorkspaceServer.EndToEnd.Edge;

/// <summary>Debian's nginx with the shipped nginx.conf, in which only ports and paths are replaced, on loopback.</summary>
internal sealed partial class RunningEdge : IAsyncDisposable
{
    public const string Name = "books.example.org";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly TemporaryFolder folder;

    private RunningEdge(int port, int plainPort, TemporaryFolder folder) => (Port, PlainPort, this.folder) = (port, plainPort, folder);

    public int Port { get; }

    /// <summary>The one without TLS.</summary>
    public int PlainPort { get; }

    public string AccessLog => folder.File("access.log");

    /// <summary>For a client that looks at certificates: the two of this nginx, which sign themselves.</summary>
    public string Certificates => folder.File("tls/both.pem");

    /// <param name="server">Where the server behind it listens.</param>
    /// <param name="name">What the server is called.</param>
    /// <param name="change">What a test sets otherwise than the shipped file.</param>
    /// <param name="snippet">A further settings file, in the folder for those.</param>
    public static async Task<RunningEdge> StartAsync(Uri server, Func<string, string>? change = null, string? snippet = null, string name = Name)
    {
        var folder = new TemporaryFolder();
        foreach (var part in new[] { "tls", "nginx", "temp" })
        {
            Directory.CreateDirectory(folder.File(part));
        }

        // What the workers write, they write as another user.
        File.SetUnixFileMode(folder.Path, (UnixFileMode)0b111_101_101);
        await MakeCertificateAsync(folder, name, "", "EC", "ec_paramgen_curve:P-256");
        await MakeCertificateAsync(folder, name, "-rsa", "RSA", "rsa_keygen_bits:2048");
        await File.WriteAllTextAsync(folder.File("tls/both.pem"), await File.ReadAllTextAsync(folder.File("tls/fullchain.pem")) + await File.ReadAllTextAsync(folder.File("tls/fullchain-rsa.pem")));
        var temps = string.Concat(new[] { "client_body", "proxy", "fastcgi", "uwsgi", "scgi" }.Select(kind => $"{kind}_temp_path {folder.File("temp/" + kind)};\n"));
        await File.WriteAllTextAsync(folder.File("nginx/test.conf"), temps + snippet);

        var (port, plainPort) = FreePorts();
        var text = await File.ReadAllTextAsync(Path.Combine(NodeTools.Repository, "nginx.conf"));
        await File.WriteAllTextAsync(folder.File("nginx.conf"), Adapt((change?.Invoke(text) ?? text).Replace(Name, name, StringComparison.Ordinal), folder, server, port, plainPort));

        // It becomes a daemon once it listens; then this command ends.
        var (code, output) = await NginxAsync(folder);
        Xunit.Assert.True(code == 0, output);
        return new RunningEdge(port, plainPort, folder);
    }

    /// <summary>A client that comes from this address of this machine.</summary>
    public HttpClient Client(string from = "127.0.0.1")
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectCallback = async (context, cancel) => new NetworkStream(await SocketAsync(IPAddress.Parse(from), context.DnsEndPoint.Port, cancel), ownsSocket: true),
        };
        handler.SslOptions = Tls();
        var client = new HttpClient(handler) { BaseAddress = new Uri($"https://{Name}:{Port}") };
        client.DefaultRequestHeaders.Host = Name;
        return client;
    }

    /// <summary>A connection after its handshake, to send by hand.</summary>
    public async Task<SslStream> ConnectAsync(CancellationToken cancel)
    {
        var stream = new SslStream(new NetworkStream(await SocketAsync(IPAddress.Loopback, Port, cancel), ownsSocket: true));
        await stream.AuthenticateAsClientAsync(Tls(), cancel);
        return stream;
    }

    /// <summary>The suite that `openssl s_client` negotiates with these options, or null if there was no handshake.</summary>
    public async Task<string?> HandshakeAsync(CancellationToken cancel, params string[] options)
    {
        string[] name = options.Contains("-servername") ? [] : ["-servername", Name];
        var (code, output) = await NodeTools.StartAsync("/usr/bin/openssl", ["s_client", "-connect", $"127.0.0.1:{Port}", .. name, .. options], Limit, cancel);
        return code == 0 && Negotiated().Match(output) is { Success: true } match ? match.Groups[1].Value : null;
    }

    public async ValueTask DisposeAsync()
    {
        // Takes it a second, in which nobody has to wait for it.
        await NginxAsync(folder, "-s", "stop");
        folder.Dispose();
    }

    private static string Adapt(string text, TemporaryFolder folder, Uri server, int port, int plainPort) => ListenV6().Replace(text, "")
        .Replace("listen 80", $"listen 127.0.0.1:{plainPort}", StringComparison.Ordinal)
        .Replace("listen 443", $"listen 127.0.0.1:{port}", StringComparison.Ordinal)
        .Replace("server 127.0.0.1:8080;", $"server {server.Authority};", StringComparison.Ordinal)
        .Replace("ssl_certificate /etc", "ssl_certificate /etc/workspace-server/tls/fullchain-rsa.pem; ssl_certificate_key /etc/workspace-server/tls/privkey-rsa.pem; ssl_certificate /etc", StringComparison.Ordinal)
        .Replace("/etc/workspace-server/", folder.Path + "/", StringComparison.Ordinal)
        .Replace("/var/log/nginx/", folder.Path + "/", StringComparison.Ordinal)
        .Replace("/run/nginx.pid", folder.File("nginx.pid"), StringComparison.Ordinal);

    private static async Task MakeCertificateAsync(TemporaryFolder folder, string name, string suffix, string algorithm, string option)
    {
        var (code, output) = await NodeTools.StartAsync(
            "/usr/bin/openssl",
            [
                "req", "-x509", "-newkey", algorithm, "-pkeyopt", option, "-nodes", "-days", "2", "-subj", "/CN=" + name, "-addext", "subjectAltName=DNS:" + name,
                "-keyout", folder.File($"tls/privkey{suffix}.pem"), "-out", folder.File($"tls/fullchain{suffix}.pem"),
            ],
            Limit,
            CancellationToken.None);
        Xunit.Assert.True(code == 0, output);
    }

    private static Task<(int ExitCode, string Output)> NginxAsync(TemporaryFolder folder, params string[] more) =>
        NodeTools.StartAsync("/usr/sbin/nginx", ["-c", folder.File("nginx.conf"), "-e", folder.File("start.log"), .. more], Limit, CancellationToken.None, environment: [("TZ", "UTC")]);

    private static async Task<Socket> SocketAsync(IPAddress from, int port, CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Bind(new IPEndPoint(from, 0));
        await socket.ConnectAsync(IPAddress.Loopback, port, cancel);
        return socket;
    }

    private static SslClientAuthenticationOptions Tls() => new()
    {
        TargetHost = Name,
#pragma warning disable CA5359 // The certificate was made a moment ago, by this test.
        RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
    };

    private static (int Port, int PlainPort) FreePorts()
    {
        using var one = new TcpListener(IPAddress.Loopback, 0);
        using var other = new TcpListener(IPAddress.Loopback, 0);
        one.Start();
        other.Start();
        return (((IPEndPoint)one.LocalEndpoint).Port, ((IPEndPoint)other.LocalEndpoint).Port);
    }

    [GeneratedRegex(@"^New, \S+, Cipher is (?!\(NONE\))(\S+)", RegexOptions.Multiline)]
    private static partial Regex Negotiated();

    [GeneratedRegex(@"^ *listen \[::\].*\n", RegexOptions.Multiline)]
    private static partial Regex ListenV6();
}
