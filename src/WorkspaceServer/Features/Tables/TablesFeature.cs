using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Tables.Console;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Tables;

/// <summary>Plugs in the pages of tables and their twins for programs.</summary>
internal static class TablesFeature
{
    public static void AddTables(this IServiceCollection services)
    {
        services.AddSingleton<TableReads>();
        services.AddSingleton<UploadJobs>();
        services.AddSingleton<QueryRuns>();
        services.AddSingleton<QuestionStore>();
        services.AddSingleton<SavedQuestions>();
        services.AddSingleton<SqlPages>();
        services.AddSingleton<ChartPictures>();
        services.AddSingleton(new WorkspaceMenuEntry(MenuPlace.Data, 1, T.Later("SQL"), "sql", SqlPageEndpoints.Behind, Permissions.QueryRun.Name));
        services.AddSingleton(new WorkspaceMenuEntry(MenuPlace.Data, 0, T.Later("Tables"), "table", TableAddresses.Behind, Permissions.TablesRead.Name, InBar: true));
    }

    public static void Map(IEndpointRouteBuilder routes)
    {
        RunQuery.Map(routes);
        ListTables.Map(routes);
        ShowRows.Map(routes);
        ShowRow.Map(routes);
        ShowProfile.Map(routes);
        ExportRows.Map(routes);
        UploadTable.Map(routes);
        FollowUpload.Map(routes);
        SqlPageEndpoints.Map(routes);
        QuestionsApi.Map(routes);
        StatementsApi.Map(routes);
    }
}
