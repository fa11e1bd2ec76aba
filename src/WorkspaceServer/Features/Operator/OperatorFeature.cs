namespace WorkspaceServer.Features.Operator;

/// <summary>Plugs in the pages for super admins: /operator/…. They show what there is and how large, never a row of a table.</summary>
internal static class OperatorFeature
{
    public static void AddOperator(this IServiceCollection services) => services.AddSingleton<HeldWorkspaces>();

    public static void AddOperatorPages(this IServiceCollection services) => services.AddSingleton<BackupBoard>();

    public static void Map(IEndpointRouteBuilder routes)
    {
        ShowWorkspaces.Map(routes);
        PeoplePages.Map(routes);
        BackupPages.Map(routes);
        CopyRequests.Map(routes);
        SupportPages.Map(routes);
        DoctorPage.Map(routes);
        LimitsPage.Map(routes);
        ControlsPage.Map(routes);
        ClaimsPage.Map(routes);
    }
}
