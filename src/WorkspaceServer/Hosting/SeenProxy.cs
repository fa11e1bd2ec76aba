using Microsoft.AspNetCore.HttpOverrides;

namespace WorkspaceServer.Hosting;

/// <summary>Remembers when requests last came through a proxy on this machine, and whether it had them over TLS: what the settings say, seen.</summary>
internal sealed class SeenProxy(TimeProvider clock)
{
    private long tls;
    private long plain;

    /// <summary>The last request that came to the proxy over TLS; null if none did since the start.</summary>
    public DateTimeOffset? Tls => TimeOf(Volatile.Read(ref tls));

    /// <summary>The last request that came to the proxy without TLS.</summary>
    public DateTimeOffset? Plain => TimeOf(Volatile.Read(ref plain));

    /// <summary>Comes after the middleware that trusts the proxy's headers: it moves those that it took, and only those, to names of their own.</summary>
    public static void Use(WebApplication app)
    {
        var seen = app.Services.GetRequiredService<SeenProxy>();
        app.Use((context, next) =>
        {
            if (context.Request.Headers.ContainsKey(ForwardedHeadersDefaults.XOriginalProtoHeaderName))
            {
                seen.Note(context.Request.IsHttps);
            }

            return next(context);
        });
    }

    private void Note(bool isTls) => Volatile.Write(ref isTls ? ref tls : ref plain, clock.GetUtcNow().ToUnixTimeSeconds());

    private static DateTimeOffset? TimeOf(long seconds) => seconds == 0 ? null : DateTimeOffset.FromUnixTimeSeconds(seconds);
}
