using System.Net;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Hosting;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Challenges;

/// <summary>Cloudflare Turnstile: the page shows its widget, and Cloudflare says of what the widget made whether it is good. Whatever is not a clear yes is a no.</summary>
/// <param name="http">Made by <see cref="TurnstileHttp.CreateHandler"/> with its bounds.</param>
internal sealed partial class TurnstileChallenge(
    ChallengeOptions options, TurnstileHttp http, ChallengeStore store, PublicAddress address, TimeProvider clock, ILogger<TurnstileChallenge> log) : IChallenge
{
    /// <summary>The one origin that pages with the widget may load from.</summary>
    public const string Origin = "https://challenges.cloudflare.com";

    /// <summary>The form's field, into which the widget writes.</summary>
    public const string Field = "challenge";

    /// <summary>Longest proof that Cloudflare makes, in characters.</summary>
    public const int MaxProofLength = 2048;

    /// <summary>How long Cloudflare takes a proof after it was made.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    /// <summary>How far Cloudflare's clock and ours may be apart.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    private static FormProblems NotShown => FormProblems.Whole(T["Show first that you are a person: wait until the box above the button is ticked, then send the form."]);
    private static FormProblems NotGood => FormProblems.Whole(T["The check that you are a person did not pass. Wait until the box above the button is ticked again, then send the form once more."]);
    private static FormProblems NobodyToAsk => FormProblems.Whole(
        T["This server cannot ask Cloudflare right now whether you are a person, so nothing was sent. It is not your fault. Try again in a few minutes."], StatusCodes.Status503ServiceUnavailable);

    public VendorWidget? Widget(string action) => new(Origin, Origin + "/turnstile/v0/api.js", options.SiteKey, action, Field);

    public async Task<FormProblems?> CheckAsync(HttpContext context, string action, string proof)
    {
        if (proof.Length is 0 or > MaxProofLength)
        {
            return NotShown;
        }

        var answer = await http.AskAsync(options.SecretKey, proof, ClientAddress.Of(context));
        if (answer is not { IsAboutTheProof: true })
        {
            NotAnswered(log, answer is null ? "no answer" : string.Join(' ', answer.Errors.Select(Code)));
            return NobodyToAsk;
        }

        if (Fault(answer, action) is { } fault)
        {
            Refused(log, action, fault);
            return NotGood;
        }

        var now = clock.GetUtcNow();
        if (!store.Use(proof, now + Lifetime + Skew + Skew, now))
        {
            Refused(log, action, "used before");
            return NotGood;
        }

        return null;
    }

    private string? Fault(TurnstileAnswer answer, string action)
    {
        var age = clock.GetUtcNow() - answer.SolvedAt;
        return !answer.IsGood ? string.Join(' ', answer.Errors.Select(Code))
            : !answer.Hostname.Equals(address.Host, StringComparison.OrdinalIgnoreCase) ? "made for another host"
            : answer.Action != action ? "made for another form"
            : age is null || age > Lifetime + Skew || age < -Skew ? "too old"
            : null;
    }

    // What comes from outside goes into the log only in the form that a code has.
    private static string Code(string code) => code.Length <= 40 && code.All(c => char.IsAsciiLetterLower(c) || c == '-') ? code : "unknown-code";

    [LoggerMessage(1, LogLevel.Information, "A form was refused because of its challenge. Form: {Form}. Reason: {Reason}.")]
    private static partial void Refused(ILogger logger, string form, string reason);

    [LoggerMessage(2, LogLevel.Error, "Turnstile could not be asked, so forms of strangers are refused. Look at Challenge:SecretKey and at the way to challenges.cloudflare.com. It said: {Said}.")]
    private static partial void NotAnswered(ILogger logger, string said);
}

/// <summary>How the server asks Cloudflare: no redirects, a bound on time and size, and a second try that does not count as a second use.</summary>
internal sealed class TurnstileHttp : IDisposable
{
    public const int MaxAnswerBytes = 16 * 1024;

    /// <summary>Times that one proof is asked about, if there is no answer.</summary>
    public const int Tries = 2;

    /// <summary>Longest that one try may take.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(4);

    private static readonly Uri Address = new(TurnstileChallenge.Origin + "/turnstile/v0/siteverify");

    private readonly HttpClient client;
    private readonly TimeProvider clock;

    /// <param name="handler">Disposed with this.</param>
    public TurnstileHttp(HttpMessageHandler handler, TimeProvider clock)
    {
        client = new HttpClient(handler) { MaxResponseContentBufferSize = MaxAnswerBytes, Timeout = System.Threading.Timeout.InfiniteTimeSpan };
        this.clock = clock;
    }

    /// <remarks>Nothing is decompressed, so the bound on the size is one on what is read.</remarks>
    public static SocketsHttpHandler CreateHandler() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        MaxConnectionsPerServer = 8,
    };

    /// <returns>Null if there was no answer that says yes or no.</returns>
    public async Task<TurnstileAnswer?> AskAsync(string secret, string proof, string address)
    {
        // With the same key, a try whose answer was lost does not make the next one a reuse.
        var key = Guid.CreateVersion7(clock.GetUtcNow()).ToString();
        for (var number = 0; number < Tries; number++)
        {
            if (await TryAsync([new("secret", secret), new("response", proof), new("remoteip", address), new("idempotency_key", key)]) is { } answer)
            {
                return answer;
            }
        }

        return null;
    }

    public void Dispose() => client.Dispose();

    private async Task<TurnstileAnswer?> TryAsync(IEnumerable<KeyValuePair<string, string>> fields)
    {
        using var deadline = new CancellationTokenSource(Timeout, clock);
        using var form = new FormUrlEncodedContent(fields);
        try
        {
            using var response = await client.PostAsync(Address, form, deadline.Token);
            // Cloudflare says no with 200 or 400, and why in the body.
            return response.StatusCode is HttpStatusCode.OK or HttpStatusCode.BadRequest ? TurnstileAnswer.Read(await response.Content.ReadAsByteArrayAsync(deadline.Token)) : null;
        }
        catch (Exception error) when (error is OperationCanceledException or HttpRequestException)
        {
            return null;
        }
    }
}
