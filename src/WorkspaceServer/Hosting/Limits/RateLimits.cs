using System.Globalization;
using System.Security.Claims;

namespace WorkspaceServer.Hosting.Limits;

/// <summary>
/// Counts requests by class and key, and refuses those over the limit before anything is done for them: 429 with Retry-After and the
/// headers of draft-ietf-httpapi-ratelimit-headers.
/// </summary>
/// <remarks>
/// What is counted by address is counted before anybody is authenticated. Who holds a token or is signed in is known only after that;
/// so that bad tokens cost nothing either, <see cref="RateClasses.BadTokens"/> is asked before a token is looked up.
/// </remarks>
internal sealed class RateLimits(LimitOptions options, TimeProvider clock)
{
    private readonly Dictionary<RateClass, RateCounters> counters = options.ByClass().ToDictionary(entry => entry.Key, entry => new RateCounters(entry.Key, entry.Value));

    /// <summary>The counters of every class.</summary>
    public IReadOnlyCollection<RateCounters> Counters => counters.Values;

    private long Now => clock.GetUtcNow().Ticks - DateTimeOffset.UnixEpoch.Ticks;

    /// <summary>Comes after routing and before authentication.</summary>
    public static void UseByAddress(WebApplication app)
    {
        var limits = app.Services.GetRequiredService<RateLimits>();
        app.Use((context, next) => ClassOf(context) is { Key: RateKey.Address } rate ? limits.PassAsync(context, next, rate, Address(context)) : next(context));
    }

    /// <summary>Comes after authentication.</summary>
    public static void UseByCaller(WebApplication app)
    {
        var limits = app.Services.GetRequiredService<RateLimits>();
        app.Use((context, next) => ClassOf(context) is { Key: not RateKey.Address } rate
            ? limits.PassAsync(context, next, rate, Caller(context) is { } id ? RateKeys.Of(id) : Address(context))
            : next(context));
    }

    /// <summary>Counts one request; for features that know a key of their own, such as the account that somebody tries to enter.</summary>
    public RateVerdict Take(RateClass rate, UInt128 key) => counters[rate].Take(key, Now);

    /// <summary>Says whether one more is allowed, without counting it.</summary>
    public RateVerdict Look(RateClass rate, UInt128 key) => counters[rate].Look(key, Now);

    /// <summary>Answers 429 and says when to come again.</summary>
    public Task RefuseAsync(HttpContext context, RateClass rate, RateVerdict verdict)
    {
        var seconds = Seconds(verdict.Wait);
        context.RequestServices.GetRequiredService<SecurityLog>().Note(SecurityEvents.LimitReached, rate.Name);
        Tell(context, rate, verdict);
        context.Response.Headers.RetryAfter = seconds;
        var minutes = (int)Math.Ceiling(verdict.Wait.TotalMinutes);
        var detail = $"These are too many requests. Come again in {(minutes > 2 ? $"{minutes} minutes" : $"{seconds} seconds")}.";
        return context.GetEndpoint()?.Metadata.GetMetadata<LimitRefusal>() is { } own
            ? own.WriteAsync(context, detail)
            : ProblemResponses.WriteAsync(context, ProblemCodes.TooManyRequests, detail);
    }

    /// <summary>The key of whoever sends this request, by the address that the proxy of this machine gives.</summary>
    public static UInt128 Address(HttpContext context) => RateKeys.Of(context.Connection.RemoteIpAddress);

    private static string? Caller(HttpContext context) =>
        context.User.Identity is { IsAuthenticated: true } ? context.User.FindFirstValue(ClaimTypes.NameIdentifier) : null;

    /// <summary>Whatever has no class of its own, such as an address at which there is nothing, is public.</summary>
    private static RateClass ClassOf(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<Guard>()?.Rate ?? RateClasses.Public;

    private Task PassAsync(HttpContext context, RequestDelegate next, RateClass rate, UInt128 key)
    {
        var verdict = Take(rate, key);
        if (!verdict.IsAllowed)
        {
            return RefuseAsync(context, rate, verdict);
        }

        // When the response starts, for one that replaces it on the way would drop them.
        context.Response.OnStarting(static state =>
        {
            var (limits, context, rate, verdict) = ((RateLimits, HttpContext, RateClass, RateVerdict))state;
            limits.Tell(context, rate, verdict);
            return Task.CompletedTask;
        }, (this, context, rate, verdict));
        return next(context);
    }

    private void Tell(HttpContext context, RateClass rate, RateVerdict verdict)
    {
        var headers = context.Response.Headers;
        // Where two classes have a say, the one that refuses comes first.
        if (headers.TryAdd("RateLimit-Policy", string.Create(CultureInfo.InvariantCulture, $"\"{rate.Name}\";q={counters[rate].Limit};w={rate.Window.TotalSeconds:0}")))
        {
            headers["RateLimit"] = string.Create(CultureInfo.InvariantCulture, $"\"{rate.Name}\";r={verdict.Remaining};t={Seconds(verdict.Wait)}");
        }
    }

    private static string Seconds(TimeSpan wait) => Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString("0", CultureInfo.InvariantCulture);
}

/// <summary>How an endpoint that does not speak problem+json says 429.</summary>
internal sealed record LimitRefusal(Func<HttpContext, string, Task> WriteAsync);
