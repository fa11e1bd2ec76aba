using WorkspaceServer.Vault;

namespace WorkspaceServer.Workspaces;

/// <summary>Cells as what JSON has: numbers, texts and null.</summary>
internal static class PlainValue
{
    /// <summary>JSON has no infinity (RFC 8259, section 6), so that one becomes text, as a blob does.</summary>
    public static object? Of(SqlValue value) => value.Type switch
    {
        SqlType.Integer => value.AsInteger(),
        SqlType.Real when double.IsFinite(value.AsReal()) => value.AsReal(),
        SqlType.Null => null,
        _ => value.ToString(),
    };
}
