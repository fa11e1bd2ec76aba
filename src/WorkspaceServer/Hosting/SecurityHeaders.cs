namespace WorkspaceServer.Hosting;

/// <summary>Headers that every response carries, each exactly once, errors included.</summary>
internal static class SecurityHeaders
{
    public const string StrictTransportSecurity = "max-age=63072000; includeSubDomains; preload";

    public const string PermissionsPolicy =
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), interest-cohort=(), magnetometer=(), microphone=(), payment=(), usb=()";

    /// <summary>For answers that are no pages: nothing may be loaded, framed or submitted. A page sets its own, stricter where it can be.</summary>
    public const string ApiContentSecurityPolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static void Use(IApplicationBuilder app) => app.Use((context, next) =>
    {
        // When the response starts, so that nothing that clears or replaces a response on the way can drop them.
        context.Response.OnStarting(static state => Set((HttpContext)state), context);
        return next(context);
    });

    private static Task Set(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        // Where the address itself opens something, no other page hears of it, not even one of ours.
        headers["Referrer-Policy"] = context.GetEndpoint()?.Metadata.GetMetadata<Guard>()?.Authority is Authority.LinkAuthority ? "no-referrer" : "strict-origin-when-cross-origin";
        headers["Permissions-Policy"] = PermissionsPolicy;
        if (context.Request.IsHttps)
        {
            headers.StrictTransportSecurity = StrictTransportSecurity;
        }

        headers.TryAdd("Content-Security-Policy", ApiContentSecurityPolicy);
        headers.TryAdd("Cache-Control", "no-store");
        return Task.CompletedTask;
    }
}
