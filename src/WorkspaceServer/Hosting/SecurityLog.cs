using Prometheus;
using WorkspaceServer.Hosting.Measures;

namespace WorkspaceServer.Hosting;

/// <summary>One kind of thing that may be an attack. Number and name are promises to whoever watches the log: never change one, never use one again.</summary>
/// <param name="Id">1000s: who one is; 2000s: what one may do; 3000s: what should not happen.</param>
internal sealed record SecurityEvent(int Id, string Name, string Meaning)
{
#pragma warning disable CA1727 // Lower case, as in every other line of ours.
    private readonly Action<ILogger, string, string, string?, string?, string?, Exception?> write = LoggerMessage.Define<string, string, string?, string?, string?>(
        LogLevel.Warning, new EventId(Id, Name), "{event} {outcome}: {target} from {ip} with {user_agent}");
#pragma warning restore CA1727

    public void Write(ILogger logger, string outcome, string? target, string? ip, string? userAgent) => write(logger, Name, outcome, target, ip, userAgent, null);
}

/// <summary>Every security event, in one list.</summary>
internal static class SecurityEvents
{
    public static readonly SecurityEvent SignInFailed = new(1001, "sign_in.failed", "A password, link, passkey or identity provider's word was not good.");
    public static readonly SecurityEvent SignInLocked = new(1002, "sign_in.locked", "Sign-in was locked for a while after too many failures.");
    public static readonly SecurityEvent MfaFailed = new(1003, "mfa.failed", "A second factor was wrong.");
    public static readonly SecurityEvent TokenRefused = new(1004, "token.refused", "A token of an AI client or of an agent was unknown, expired or revoked.");
    public static readonly SecurityEvent AssertionRefused = new(1005, "agent.assertion_refused", "An agent's signed assertion was not good.");
    public static readonly SecurityEvent PairingFailed = new(1006, "agent.pairing_failed", "A pairing code was unknown, expired or used.");
    public static readonly SecurityEvent OAuthRefused = new(1007, "oauth.refused", "An OAuth client showed a code, refresh token or client id that was not good.");

    public static readonly SecurityEvent AccessDenied = new(2001, "access.denied", "Somebody who is signed in tried what they may not do.");
    public static readonly SecurityEvent ToolRefused = new(2002, "mcp.refused", "An AI client asked for a tool or resource that is unknown or not granted.");
    public static readonly SecurityEvent CrossSite = new(2003, "request.cross_site", "A page of another site made a request, or an old form came.");
    public static readonly SecurityEvent LimitReached = new(2004, "limit.reached", "More requests came than may.");

    public static readonly SecurityEvent TokenReused = new(3001, "oauth_token.reused", "A used refresh token came again; its whole family was revoked.");
    public static readonly SecurityEvent SeenElsewhere = new(3002, "agent.seen_elsewhere", "A token of an agent came from another address than before.");

    /// <summary>All of the above.</summary>
    public static IReadOnlyList<SecurityEvent> All { get; } =
        [.. typeof(SecurityEvents).GetFields().Where(field => field.FieldType == typeof(SecurityEvent)).Select(field => (SecurityEvent)field.GetValue(null)!)];
}

/// <summary>The stream of security events: one line each in a category of its own, which <see cref="Logging"/> also writes to files of its own, and a count for /metrics.</summary>
/// <remarks>For watching and alarms. Who did what for certain is in the audit log; lines here may be lost with the disk, and hold no secret and nothing that somebody typed.</remarks>
internal sealed class SecurityLog
{
    public const string Category = "WorkspaceServer.Security";

    /// <summary>Of its files, in the data folder.</summary>
    public const string Folder = "security";

    /// <summary>Longest header that a line repeats, in characters.</summary>
    private const int MaxText = 200;

    private readonly ILogger log;
    private readonly Counter counts;

    public SecurityLog(ILoggerFactory logs, ServerMeasures measures)
    {
        log = logs.CreateLogger(Category);
        counts = measures.Make.CreateCounter("workspace_security_events_total", "Events that may be an attack, by name.", ["event"]);
        foreach (var each in SecurityEvents.All)
        {
            counts.WithLabels(each.Name);
        }
    }

    /// <param name="outcome">A stable code, such as a problem's.</param>
    /// <param name="target">Id of what it was about, if that is known.</param>
    public void Note(SecurityEvent what, string outcome, string? target = null)
    {
        counts.WithLabels(what.Name).Inc();
        var scope = RequestScope.Current;
        what.Write(log, outcome, target, scope?.Ip, Line(scope?.UserAgent));
    }

    private static string? Line(string? text) => text is null ? null : new string([.. text.Where(letter => !char.IsControl(letter)).Take(MaxText)]);
}
