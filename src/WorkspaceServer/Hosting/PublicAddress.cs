using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace WorkspaceServer.Hosting;

/// <summary>The address under which clients know the server. It is configured and never taken from a request.</summary>
/// <param name="server">The server that listens; verbs have none.</param>
internal sealed class PublicAddress(ServerOptions options, IServer? server = null)
{
    private string? listening;

    /// <summary>Scheme, host and port, without a slash at the end.</summary>
    public string Origin => options.PublicUrl.Length > 0 ? options.PublicUrl.TrimEnd('/') : Listening();

    public string Host => new Uri(Origin).Host;

    // Known only once the server listens, for the configured port may be 0.
    private string Listening() =>
        (listening ??= server?.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault()?.TrimEnd('/')) ?? options.Url.TrimEnd('/');
}
