using System.Globalization;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Dashboard;

/// <summary>What somebody chose on the page about cookies: whether this browser may keep how pages look, and which look. It is the one cookie that signing in does not need.</summary>
/// <param name="Look">light or dark; null: only what is needed, and pages look as the device does.</param>
/// <param name="On">The day of the choice.</param>
internal sealed record ChosenLook(string? Look, DateOnly On)
{
    public const string Light = "light";
    public const string Dark = "dark";

    /// <summary>A choice is asked for anew after a year; thirteen months are the most that is usual.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(365);

    /// <summary>Of the form of the value, and of what was chosen between: one of another version is no choice.</summary>
    private const string Version = "1";

    private const string Necessary = "necessary";

    private const string Day = "yyyyMMdd";

    public static string NameOf(ServerOptions options) => options.IsPublicHttps ? "__Host-consent" : "consent";

    /// <summary>Null if nothing was chosen, or it cannot be read.</summary>
    public static ChosenLook? Of(HttpContext context, ServerOptions options) => Parse(context.Request.Cookies[NameOf(options)]);

    public static ChosenLook? Parse(string? value) =>
        value?.Split('.') is [Version, var day, var look and (Necessary or Light or Dark)] && DateOnly.TryParseExact(day, Day, CultureInfo.InvariantCulture, DateTimeStyles.None, out var on)
            ? new ChosenLook(look == Necessary ? null : look, on)
            : null;

    public string Value => string.Create(CultureInfo.InvariantCulture, $"{Version}.{On.ToString(Day, CultureInfo.InvariantCulture)}.{Look ?? Necessary}");

    public void Write(HttpContext context, ServerOptions options) => context.Response.Cookies.Append(NameOf(options), Value, Attributes(options, Lifetime));

    public static void Forget(HttpContext context, ServerOptions options) => context.Response.Cookies.Delete(NameOf(options), Attributes(options, null));

    private static CookieOptions Attributes(ServerOptions options, TimeSpan? maxAge) => new()
    {
        Path = "/",
        HttpOnly = true,
        Secure = options.IsPublicHttps,
        SameSite = SameSiteMode.Lax,
        MaxAge = maxAge,
    };
}
