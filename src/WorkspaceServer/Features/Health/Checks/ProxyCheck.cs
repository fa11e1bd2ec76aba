using System.Globalization;
using WorkspaceServer.Hosting;
using WorkspaceServer.Hosting.Checks;

namespace WorkspaceServer.Features.Health.Checks;

/// <summary>Requests reach the server through a proxy that has them over TLS. Only the running server sees them.</summary>
/// <param name="seen">Null in a verb.</param>
internal sealed class ProxyCheck(ServerOptions options, SeenProxy? seen = null) : QuickCheck
{
    private const string About = "nginx";
    private const string Cure = "send port 80 on to https, and set X-Forwarded-Proto, as ops/nginx does; then: workspace-server doctor --host";

    protected override Finding Look(CheckRequest request) =>
        !options.IsPublicHttps ? Skipped("others do not reach it over https, as public address says")
        : seen is null ? Skipped("only the running server sees them: look at the page of controls")
        : seen.Plain is { } plain && plain >= (seen.Tls ?? default) ? Finding.Warn($"A request came through the proxy without TLS at {Time(plain)}.", About, Cure)
        : seen.Tls is { } tls ? Finding.Ok($"a request came through it over TLS at {Time(tls)}", About)
        : Skipped("no request came through it since the start");

    private static Finding Skipped(string text) => new(CheckState.Skipped, text, About);

    private static string Time(DateTimeOffset at) => string.Create(CultureInfo.InvariantCulture, $"{at.UtcDateTime:yyyy-MM-dd HH:mm} UTC");
}
