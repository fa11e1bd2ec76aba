using WorkspaceServer.Hosting;
using WorkspaceServer.Hosting.Checks;

namespace WorkspaceServer.Features.Health.Checks;

/// <summary>Others reach the server over https.</summary>
internal sealed class PublicAddressCheck(ServerOptions options) : QuickCheck
{
    private const string Setting = "Server:PublicUrl";
    private const string Cure = $"set {Setting} to the address that people type, such as https://ws.example.in";

    protected override Finding Look(CheckRequest request) =>
        options.PublicUrl.Length == 0 ? Finding.Warn("It is empty: links in mails and the addresses that AI clients are told work on this machine only.", Setting, Cure)
        : !options.IsPublicHttps ? Finding.Warn($"{options.PublicUrl} has no TLS: passwords and tokens can be read on the way, and browsers get no HSTS.", Setting, Cure)
        : Finding.Ok(options.PublicUrl, Setting);
}
