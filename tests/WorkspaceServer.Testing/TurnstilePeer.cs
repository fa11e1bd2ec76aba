using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkspaceServer.Features.Challenges;

namespace WorkspaceServer.Testing;

/// <summary>
/// Cloudflare's siteverify on loopback, over TLS, as developers.cloudflare.com/turnstile describes it: each proof once and for 300 seconds, the same again for the
/// same idempotency key, the published error codes, and the published secrets and proof for tests.
/// </summary>
internal sealed class TurnstilePeer : IAsyncDisposable
{
    public const string SiteKey = "0x4AAAAAAAExampleSiteKey1";
    public const string Secret = "0x4AAAAAAAExampleSecretKeyOfThirtyFive";
    public const string AlwaysPasses = "1x0000000000000000000000000000000AA";
    public const string AlwaysFails = "2x0000000000000000000000000000000AA";
    public const string AlreadySpent = "3x0000000000000000000000000000000AA";

    /// <summary>What widgets with a site key for tests make; secrets of real widgets refuse it.</summary>
    public const string DummyProof = "XXXX.DUMMY.TOKEN.XXXX";

    private const int GoodForSeconds = 300;

    private readonly WebApplication app;
    private readonly X509Certificate2 certificate = OidcIssuer.MakeCertificate();
    private readonly TimeProvider clock;
    private readonly ConcurrentDictionary<string, (string Host, string Action, DateTimeOffset SolvedAt)> proofs = [];
    private readonly ConcurrentDictionary<string, string> uses = [];
    private readonly int port;
    private int made;

    public TurnstilePeer(TimeProvider clock)
    {
        this.clock = clock;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        builder.Services.AddRoutingCore();
        app = builder.Build();
        app.UseRouting();
        app.MapPost("/turnstile/v0/siteverify", AnswerAsync);
        app.Start();
        port = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;
    }

    /// <summary>What it was asked, in order.</summary>
    public ConcurrentQueue<IReadOnlyDictionary<string, string>> Asked { get; } = [];

    /// <summary>Does something else than answer; null to answer.</summary>
    public Func<HttpContext, Task>? Instead { get; set; }

    /// <summary>Changes what it says.</summary>
    public Action<JsonObject> Change { get; set; } = _ => { };

    /// <summary>A proof as the widget of this host makes it for a form.</summary>
    public string Solve(string action, string host = "127.0.0.1", TimeSpan age = default)
    {
        var proof = string.Create(CultureInfo.InvariantCulture, $"0.proof-{Interlocked.Increment(ref made)}-of-{action}");
        proofs[proof] = (host, action, clock.GetUtcNow() - age);
        return proof;
    }

    /// <summary>A handler with the server's own bounds that finds this peer behind every name and takes its certificate, and no other.</summary>
    public SocketsHttpHandler CreateHandler()
    {
        var handler = TurnstileHttp.CreateHandler();
        handler.ConnectCallback = async (_, cancel) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(IPAddress.Loopback, port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        };
        handler.SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, presented, _, _) => presented is not null && certificate.Equals(presented) };
        return handler;
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        certificate.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var form = (await context.Request.ReadFormAsync()).ToDictionary(field => field.Key, field => field.Value.ToString());
        Asked.Enqueue(form);
        if (Instead is { } instead)
        {
            await instead(context);
            return;
        }

        var answer = Judge(form);
        Change(answer);
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(answer.ToJsonString());
    }

    /// <summary>Looks at a question, and uses the proof up.</summary>
    public JsonObject Judge(IReadOnlyDictionary<string, string> form)
    {
        var (secret, proof) = (form.GetValueOrDefault("secret", ""), form.GetValueOrDefault("response", ""));
        return (secret, proof) switch
        {
            ("", _) => No("missing-input-secret"),
            (_, "") => No("missing-input-response"),
            (AlwaysPasses, _) => Yes("example.com", "", clock.GetUtcNow(), isTest: true),
            (AlwaysFails, _) => No("invalid-input-response"),
            (AlreadySpent, _) => No("timeout-or-duplicate"),
            (not Secret, _) => No("invalid-input-secret"),
            _ => !proofs.TryGetValue(proof, out var known) ? No("invalid-input-response")
                : IsLate(known.SolvedAt) || !IsFirst(proof, form.GetValueOrDefault("idempotency_key", "")) ? No("timeout-or-duplicate")
                : Yes(known.Host, known.Action, known.SolvedAt),
        };
    }

    private bool IsLate(DateTimeOffset solved) => (clock.GetUtcNow() - solved).TotalSeconds > GoodForSeconds;

    // Without a key each asking is one of its own.
    private bool IsFirst(string proof, string key) => uses.GetOrAdd(proof, key) == key && (key.Length > 0 || uses.TryUpdate(proof, "used", key));

    private static JsonObject No(string code) => new() { ["success"] = false, ["error-codes"] = new JsonArray(code), ["messages"] = new JsonArray() };

    private static JsonObject Yes(string host, string action, DateTimeOffset solved, bool isTest = false)
    {
        var answer = new JsonObject
        {
            ["success"] = true,
            ["error-codes"] = new JsonArray(),
            ["challenge_ts"] = solved.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            ["hostname"] = host,
            ["action"] = action,
            ["cdata"] = "",
        };
        answer["metadata"] = isTest ? new JsonObject { ["interactive"] = false, ["result_with_testing_key"] = true } : new JsonObject { ["interactive"] = false };
        return answer;
    }
}
