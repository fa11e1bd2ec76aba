using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.OAuth.Grants;

/// <summary>Columns that stay hidden, as people write them: table.column or table.*, with commas, spaces or lines between.</summary>
internal static class ColumnList
{
    /// <summary>Longest list, in characters.</summary>
    public const int MaxLength = 4_000;

    public static readonly string Rule = $"Write columns as table.column or table.*, with commas between, at most {MaxLength} characters.";

    private static readonly char[] Separators = [',', ' ', '\r', '\n', '\t'];

    public static string[] Parse(string text) => [.. text.Split(Separators, StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.OrdinalIgnoreCase)];

    public static bool IsList(string text) => text.Length <= MaxLength && Parse(text) is { Length: <= TokenIssuer.MaxHiddenColumns } columns && columns.All(IsColumn);

    public static bool IsColumn(string name) => name.Split('.') is [{ Length: > 0 and <= TableSchema.MaxNameLength }, { Length: > 0 and <= TableSchema.MaxNameLength }];
}
