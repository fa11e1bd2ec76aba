using WorkspaceServer.Dashboard.Languages;
using WorkspaceServer.Dashboard.Live;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Dashboard;

/// <summary>What pages need of the server: the renderer, and pages for problems.</summary>
internal static class PageServices
{
    public static void AddPages(this IServiceCollection services)
    {
        services.AddRazorComponents();
        CrossSiteCheck.RemoveKeyRing(services);
        services.AddSingleton<IProblemPage, ProblemPage>();
        services.AddSingleton<LiveStreams>();
        services.AddSingleton(LanguageChoice.OfProgram());
    }
}
