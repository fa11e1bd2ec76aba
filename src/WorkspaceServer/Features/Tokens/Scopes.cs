using WorkspaceServer.Features.Access;

namespace WorkspaceServer.Features.Tokens;

/// <summary>What a token may be allowed to do. The names are promises to clients.</summary>
internal static class Scopes
{
    /// <summary>List and describe tables, run SQL, read rows.</summary>
    public const string TablesRead = "tables:read";

    /// <summary>Search the text of the workspace and read what was found.</summary>
    public const string Search = "search";

    /// <summary>Propose what changes something; nothing happens until a person accepts it. Opens no tool without reading.</summary>
    public const string ActionsPropose = "actions:propose";

    /// <summary>Read columns of the class private too. Opens no tool by itself.</summary>
    public const string DataPrivate = "data:private";

    /// <summary>Every scope, in the order in which they are shown.</summary>
    public static readonly IReadOnlyList<string> All = [TablesRead, Search, ActionsPropose, DataPrivate];

    /// <summary>What a token may do if nobody chose, and what clients are told to ask for: read what is not private.</summary>
    public static readonly IReadOnlyList<string> Default = [TablesRead, Search];

    private static readonly Dictionary<string, PermissionSet> Opened = new()
    {
        [TablesRead] = PermissionSet.Of(Permissions.TablesRead, Permissions.QueryRun, Permissions.RowsRead),
        [Search] = PermissionSet.Of(Permissions.RowsSearch, Permissions.RowsRead),
        [ActionsPropose] = PermissionSet.Of(Permissions.ProposalsMake),
        [DataPrivate] = PermissionSet.Of(Permissions.ColumnsPrivate),
    };

    /// <summary>The most that a token with these scopes may do.</summary>
    public static PermissionSet Ceiling(IEnumerable<string> scopes) =>
        scopes.Aggregate(PermissionSet.Empty, (all, scope) => all.With(Opened.GetValueOrDefault(scope)));

    /// <summary>The scopes that open this; each one is enough.</summary>
    public static IReadOnlyList<string> That(Permission permission) => [.. All.Where(scope => Opened[scope].Contains(permission))];

    /// <summary>Reads a list as OAuth writes it: words between single spaces (RFC 6749, section 3.3).</summary>
    public static string[] Parse(string list) => list.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    public static string Format(IEnumerable<string> scopes) => string.Join(' ', scopes);
}
