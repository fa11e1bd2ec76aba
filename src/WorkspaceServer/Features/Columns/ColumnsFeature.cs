using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Columns;

/// <summary>Plugs in the classes of columns.</summary>
internal static class ColumnsFeature
{
    public static void AddColumns(this IServiceCollection services)
    {
        services.AddSingleton<ColumnRuleStore>();
        services.AddSingleton<ColumnRules>();
    }

    public static void AddColumnPages(this IServiceCollection services) =>
        services.AddSingleton(new WorkspaceMenuEntry(MenuPlace.Ai, 2, T.Later("Column privacy"), "eye-off", ColumnPages.Behind, Permissions.ColumnsClassify.Name));

    public static void Map(IEndpointRouteBuilder routes) => ColumnPages.Map(routes);
}
