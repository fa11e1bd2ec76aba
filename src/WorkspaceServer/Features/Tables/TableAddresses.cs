using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Tables;

/// <summary>Where the pages of tables are.</summary>
internal static class TableAddresses
{
    public const string Behind = "/tables";
    public const string Tables = AccessPaths.Page + Behind;
    public const string Table = Tables + "/{table}";
    public const string ApiTables = AccessPaths.Workspace + Behind;
    public const string ApiTable = ApiTables + "/{table}";

    /// <summary>Not behind the tables, where it would hide a table of that name.</summary>
    public const string Upload = AccessPaths.Page + "/upload";

    public static string Of(WorkspaceId workspace) => AccessPaths.PageOf(workspace) + Behind;

    // Names of tables are letters, digits and _, so they need no escape.
    public static string Of(WorkspaceId workspace, string table) => $"{Of(workspace)}/{table}";

    public static string RowOf(WorkspaceId workspace, string table, string key) => $"{Of(workspace, table)}/row?key={Uri.EscapeDataString(key)}";
}
