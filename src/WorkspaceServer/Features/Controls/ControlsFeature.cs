namespace WorkspaceServer.Features.Controls;

/// <summary>Plugs in the report of the security controls, which super admins and, in part, strangers read.</summary>
internal static class ControlsFeature
{
    public static void AddControls(this IServiceCollection services) => services.AddSingleton<ControlsReport>();
}
