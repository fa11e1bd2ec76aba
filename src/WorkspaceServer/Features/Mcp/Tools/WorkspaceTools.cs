using ModelContextProtocol.Server;

namespace WorkspaceServer.Features.Mcp.Tools;

/// <summary>Our tools by name.</summary>
internal sealed class WorkspaceTools(IEnumerable<WorkspaceTool> tools)
{
    private readonly Dictionary<string, WorkspaceTool> byName = tools.ToDictionary(tool => tool.ProtocolTool.Name, StringComparer.Ordinal);

    public static void AddTo(IServiceCollection services)
    {
        Add<ListTablesTool>(services);
        Add<DescribeTableTool>(services);
        Add<ExecuteSqlTool>(services);
        Add<SearchTool>(services);
        Add<FetchTool>(services);
        Add<SyncStatusTool>(services);
        Add<ProposeQuestionTool>(services);
        services.AddSingleton<CallerSql>();
        services.AddSingleton<WorkspaceTools>();
        services.AddSingleton<AccessWatch>();
        services.AddSingleton<ToolCalls>();
    }

    public WorkspaceTool? Find(string name) => byName.GetValueOrDefault(name);

    private static void Add<TTool>(IServiceCollection services)
        where TTool : WorkspaceTool
    {
        services.AddSingleton<TTool>();
        services.AddSingleton<WorkspaceTool>(provider => provider.GetRequiredService<TTool>());
        services.AddSingleton<McpServerTool>(provider => provider.GetRequiredService<TTool>());
    }
}
