using System.Text.Encodings.Web;
using System.Text.Unicode;
using WorkspaceServer.Dashboard.Languages;
using WorkspaceServer.Dashboard.Live;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Dashboard;

/// <summary>What pages need of the server: the renderer, and pages for problems.</summary>
internal static class PageServices
{
    public static void AddPages(this IServiceCollection services)
    {
        // Letters of any writing go out as they are, in UTF-8; what means something in HTML is still escaped.
        services.AddSingleton(HtmlEncoder.Create(UnicodeRanges.All));
        services.AddRazorComponents();
        CrossSiteCheck.RemoveKeyRing(services);
        services.AddSingleton<IProblemPage, ProblemPage>();
        services.AddSingleton<LiveStreams>();
        services.AddSingleton(LanguageChoice.OfProgram());
    }
}
