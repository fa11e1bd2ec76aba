using Microsoft.AspNetCore.Authentication;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Downloads;

/// <summary>Plugs in links that download an export once, without a session.</summary>
internal static class DownloadsFeature
{
    public static void AddDownloads(this IServiceCollection services)
    {
        services.AddSingleton<DownloadLinkStore>();
        services.AddSingleton<DownloadLinks>();
        services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, LinkAuthentication>(Schemes.Link, null);
    }

    public static void Map(IEndpointRouteBuilder routes)
    {
        LinkToRows.Map(routes);
        LinkToLog.Map(routes);
        LinkToCopy.Map(routes);
    }
}
