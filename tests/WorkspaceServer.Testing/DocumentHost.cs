using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using WorkspaceServer.Features.OAuth.Clients;

namespace WorkspaceServer.Testing;

/// <summary>An https host on this machine that stands for any host of the internet: what names resolve to, and what each path answers, the test says.</summary>
internal sealed class DocumentHost : IAsyncDisposable
{
    /// <summary>An address of the public internet; that nothing is ever sent there is what <see cref="Connected"/> is for.</summary>
    public static readonly IPAddress PublicAddress = IPAddress.Parse("8.8.8.8");

    private readonly WebApplication app;
    private readonly X509Certificate2 certificate;
    private readonly int port;

    private DocumentHost(WebApplication app, X509Certificate2 certificate)
    {
        this.app = app;
        this.certificate = certificate;
        port = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;
    }

    /// <summary>What each path answers.</summary>
    public Dictionary<string, RequestDelegate> Answers { get; private init; } = [];

    /// <summary>What names resolve to, each time; a name that is not here has <see cref="PublicAddress"/>.</summary>
    public Dictionary<string, Queue<IPAddress[]>> Names { get; } = [];

    /// <summary>Where connections went.</summary>
    public List<IPEndPoint> Connected { get; } = [];

    public int Requests { get; private set; }

    /// <summary>Forgets what earlier tests said and saw.</summary>
    public void Reset()
    {
        Answers.Clear();
        Names.Clear();
        Connected.Clear();
        Requests = 0;
    }

    /// <summary>The internet as this host plays it.</summary>
    public PublicNetwork Network => new(
        (name, _) => Task.FromResult(Names.TryGetValue(name, out var queue) ? queue.Count > 1 ? queue.Dequeue() : queue.Peek() : [PublicAddress]),
        async (end, cancel) =>
        {
            Connected.Add(end);
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        },
        (_, shown, _, _) => shown?.GetCertHashString() == certificate.GetCertHashString());

    public static async Task<DocumentHost> StartAsync()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256);
        var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        var answers = new Dictionary<string, RequestDelegate>();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        var app = builder.Build();
        DocumentHost? host = null;
        app.Run(context =>
        {
            host!.Requests++;
            return answers.TryGetValue(context.Request.Path, out var answer) ? answer(context) : Results.NotFound().ExecuteAsync(context);
        });
        await app.StartAsync();
        return host = new DocumentHost(app, certificate) { Answers = answers };
    }

    /// <summary>Answers a path with this JSON.</summary>
    public void Serve(string path, string json, params (string Name, string Value)[] headers) => Answers[path] = context =>
    {
        foreach (var (name, value) in headers)
        {
            context.Response.Headers[name] = value;
        }

        context.Response.ContentType ??= "application/json";
        return context.Response.WriteAsync(json);
    };

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        certificate.Dispose();
    }
}
