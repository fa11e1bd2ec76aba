using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using NSec.Cryptography;
using WorkspaceServer.Agent.Tests.Syncing;
using WorkspaceServer.Protocol;

namespace WorkspaceServer.Agent.Tests.Server;

/// <summary>The other side of the protocol, as PROTOCOL.md has it, over real HTTP on the loopback; what it does wrong is said by the test.</summary>
internal sealed class ProtocolServer : IAsyncDisposable
{
    private const string Workspace = "01900000000000000000000000000001";
    private const string AgentId = "agent-1";

    private readonly WebApplication app;
    private readonly ConcurrentDictionary<string, Run> runs = new();
    private readonly HashSet<string> tokens = [];
    private readonly HashSet<string> assertions = [];
    private Key key = NewKey();
    private Rollover? rollover;
    private string? agentKey;
    private Key? previous;

    private ProtocolServer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AllowSynchronousIO = true);
        app = builder.Build();
        app.Run(AnswerAsync);
    }

    public string PairingToken { get; } = Pairing.TokenPrefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    public string Url => app.Urls.Single();

    public ConcurrentDictionary<string, ModelTable> Tables { get; } = new();

    /// <summary>Every request, as "PUT …/batches/3".</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Asked before a request is answered: what it gives is answered instead.</summary>
    public Func<HttpRequest, (int Status, string Code, string Detail, int? RetryAfter)?> Instead { get; set; } = _ => null;

    /// <summary>Asked before a request is answered: the page of somebody who is not the server.</summary>
    public Func<(int Status, string? Location)?> Page { get; set; } = () => null;

    /// <summary>Called when a batch is safe.</summary>
    public Action<int> BatchCame { get; set; } = _ => { };

    /// <summary>Answers with another key than the one that was shown at pairing.</summary>
    public bool IsImpostor { get; set; }

    public static async Task<ProtocolServer> StartAsync()
    {
        var server = new ProtocolServer();
        await server.app.StartAsync();
        return server;
    }

    public void RollOver()
    {
        var next = NewKey();
        var (old, text) = (PublicKeyOf(key), PublicKeyOf(next));
        rollover = new Rollover(text, Sign(ServerProof.RolloverBytes(old, text)));
        (previous, key) = (key, next);
    }

    public void ForgetRuns() => runs.Clear();

    /// <summary>As a person does in the dashboard.</summary>
    public void StopRuns()
    {
        foreach (var run in runs.Values)
        {
            run.IsStopped = true;
        }
    }

    public void Unpair() => agentKey = null;

    public IReadOnlyList<string> Batches => [.. Requests.Where(request => request.Contains("/batches/", StringComparison.Ordinal))];

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        key.Dispose();
        previous?.Dispose();
    }

    private static Key NewKey() => Key.Create(SignatureAlgorithm.Ed25519, new KeyCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextExport });

    private static string PublicKeyOf(Key of) => Base64Url.EncodeToString(of.PublicKey.Export(KeyBlobFormat.RawPublicKey));

    private string Sign(byte[] bytes) => Base64Url.EncodeToString(SignatureAlgorithm.Ed25519.Sign(key, bytes));

    private async Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        var path = request.Path.Value!;
        Requests.Enqueue($"{request.Method} {path}");
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        if (Page() is { } page)
        {
            (context.Response.StatusCode, context.Response.ContentType) = (page.Status, "text/html");
            context.Response.Headers.Location = page.Location;
            await context.Response.WriteAsync("<html>Welcome</html>");
            return;
        }

        try
        {
            if (Instead(request) is { } other)
            {
                if (other.RetryAfter is { } seconds)
                {
                    context.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
                }

                throw new Refused(other.Status, other.Code, other.Detail);
            }

            await HandleAsync(context, path, body.ToArray());
        }
        catch (Refused refused)
        {
            context.Response.StatusCode = refused.Status;
            context.Response.ContentType = "application/problem+json";
            await context.Response.WriteAsync(JsonSerializer.Serialize(new ProblemAnswer("No", refused.Status, refused.Message, refused.Code), ProtocolJson.Default.ProblemAnswer));
        }
    }

    private async Task HandleAsync(HttpContext context, string path, byte[] body)
    {
        if (path == "/healthz")
        {
            await context.Response.WriteAsync("ok");
        }
        else if (path == SyncPaths.Pair)
        {
            await WriteAsync(context, Pair(Read(body, ProtocolJson.Default.PairRequest)), ProtocolJson.Default.PairAnswer);
        }
        else if (path == SyncPaths.Token)
        {
            await WriteAsync(context, Token(Read(body, ProtocolJson.Default.TokenRequest)), ProtocolJson.Default.TokenAnswer);
        }
        else if (agentKey is null)
        {
            throw new Refused(401, SyncProblems.Unpaired, "The pairing was ended in the dashboard.");
        }
        else if (!tokens.Contains(context.Request.Headers.Authorization.ToString()["Bearer ".Length..]))
        {
            throw new Refused(401, SyncProblems.InvalidToken, "Get a new token.");
        }
        else if (path == SyncPaths.AgentOf(Workspace))
        {
            agentKey = context.Request.Method == "DELETE" ? null : agentKey;
            await WriteAsync(context, new AgentAnswer(AgentId, "PC", Workspace, "Sharma & Sons", new AgentLimits(1, 1, 1, 1, 1, 1)), ProtocolJson.Default.AgentAnswer);
        }
        else
        {
            await WriteAsync(context, Sync(context.Request, path, body), ProtocolJson.Default.RunAnswer);
        }
    }

    private PairAnswer Pair(PairRequest request)
    {
        if (request.Token != PairingToken)
        {
            throw new Refused(401, SyncProblems.PairingUnknown, "There is no such pairing token.");
        }

        var publicKey = PublicKey.Import(SignatureAlgorithm.Ed25519, Base64Url.DecodeFromChars(request.PublicKey), KeyBlobFormat.RawPublicKey);
        var isSigned = SignatureAlgorithm.Ed25519.Verify(publicKey, Pairing.RequestBytes(request.Token, request.PublicKey, request.Name, request.Time), Base64Url.DecodeFromChars(request.Signature));
        if (agentKey is not null || !isSigned)
        {
            throw new Refused(409, SyncProblems.PairingUsed, "An agent was paired with this token already.");
        }

        agentKey = request.PublicKey;
        var proof = Sign(Pairing.AnswerBytes(request.Token, request.PublicKey, AgentId, Workspace));
        var serverKey = PublicKeyOf(key);
        if (IsImpostor)
        {
            using var other = NewKey();
            serverKey = PublicKeyOf(other);
        }

        return new PairAnswer(AgentId, request.Name, Workspace, "Sharma & Sons", "https://ws.example.in", serverKey, Pairing.ConfirmCode(request.PublicKey, serverKey), proof, request.Time);
    }

    private TokenAnswer Token(TokenRequest request)
    {
        if (agentKey is null)
        {
            throw new Refused(401, SyncProblems.Unpaired, "The pairing was ended in the dashboard.");
        }

        var publicKey = PublicKey.Import(SignatureAlgorithm.Ed25519, Base64Url.DecodeFromChars(agentKey), KeyBlobFormat.RawPublicKey);
        if (!Assertion.TryRead(request.Assertion, out var assertion)
            || !SignatureAlgorithm.Ed25519.Verify(publicKey, assertion.SignedBytes, assertion.Signature)
            || assertion.Claims.Exp - assertion.Claims.Iat > SyncLimits.MaxAssertionSeconds || !assertions.Add(assertion.Claims.Jti))
        {
            throw new Refused(401, SyncProblems.AssertionRefused, "The assertion is not right.");
        }

        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        tokens.Add(token);
        var expires = assertion.Claims.Iat + SyncLimits.MaxTokenSeconds;
        var signer = previous is not null && assertion.Claims.Srv == PublicKeyOf(previous) ? previous : key;
        using var other = NewKey();
        var proof = SignatureAlgorithm.Ed25519.Sign(IsImpostor ? other : signer, ServerProof.TokenBytes(assertion.Claims.Jti, token, expires));
        return new TokenAnswer(token, expires, Base64Url.EncodeToString(proof), assertion.Claims.Iat, signer == previous ? rollover : null);
    }

    private RunAnswer Sync(HttpRequest request, string path, byte[] body)
    {
        var parts = path[(SyncPaths.RunOf(Workspace, "").Length)..].Split('/');
        var id = parts[0];
        if (parts.Length == 1 && request.Method == "PUT")
        {
            return runs.GetOrAdd(id, _ => new Run(Read(body, ProtocolJson.Default.RunRequest))).Answer(id);
        }

        if (!runs.TryGetValue(id, out var run))
        {
            throw new Refused(404, SyncProblems.RunUnknown, "There is no such run.");
        }

        if (run.IsStopped)
        {
            throw new Refused(409, SyncProblems.RunStopped, "Somebody stopped it.");
        }

        if (parts is [_, "batches", var number])
        {
            var hash = Convert.ToHexStringLower(SHA256.HashData(BatchCompression.Decompress(body)));
            var index = int.Parse(number, System.Globalization.CultureInfo.InvariantCulture);
            if (hash != request.Headers[SyncPaths.BatchHashHeader] || !body.AsSpan().SequenceEqual(run.Batches.GetOrAdd(index, body)))
            {
                throw new Refused(409, SyncProblems.BatchDiffers, "Other bytes came before.");
            }

            BatchCame(index);
            return run.Answer(id);
        }

        return Commit(id, run, Read(body, ProtocolJson.Default.CommitRequest));
    }

    private RunAnswer Commit(string id, Run run, CommitRequest request)
    {
        if (run.Result is null)
        {
            var bodies = run.Batches.OrderBy(batch => batch.Key).Select(batch => batch.Value).ToList();
            if (bodies.Count != request.Batches || RunHash.Of(bodies.Select(body => SHA256.HashData(BatchCompression.Decompress(body)))) != request.Hash)
            {
                throw new Refused(409, SyncProblems.BatchMissing, "Not every batch is here.");
            }

            var table = Tables.GetOrAdd(run.Request.Schema.Table, _ => new ModelTable());
            try
            {
                var totals = table.Apply(id, run.Request, bodies, request.Totals);
                run.Result = new CommitResult(table.Came, table.Came, 0, totals, 0);
            }
            catch (InvalidOperationException error)
            {
                throw new Refused(409, error.Message, error.Message);
            }
        }

        return run.Answer(id);
    }

    private static T Read<T>(byte[] body, JsonTypeInfo<T> type) => JsonSerializer.Deserialize(body, type)!;

    private static Task WriteAsync<T>(HttpContext context, T answer, JsonTypeInfo<T> type)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(JsonSerializer.Serialize(answer, type));
    }

    private sealed class Refused(int status, string code, string detail) : Exception(detail)
    {
        public int Status => status;

        public string Code => code;
    }

    private sealed class Run(RunRequest request)
    {
        public RunRequest Request => request;

        public ConcurrentDictionary<int, byte[]> Batches { get; } = new();

        public CommitResult? Result { get; set; }

        public bool IsStopped { get; set; }

        public RunAnswer Answer(string id)
        {
            var through = 0;
            while (Batches.ContainsKey(through + 1))
            {
                through++;
            }

            return new RunAnswer(id, request.Schema.Table, request.Mode, IsStopped ? RunStatus.Abandoned : Result is null ? RunStatus.Open : RunStatus.Committed, through, Batches.Count, Result);
        }
    }
}
