namespace WorkspaceServer.Features.Columns.Pages;

/// <param name="Open">The table that is shown; null if there is none.</param>
/// <param name="Preview">What an AI client without limits of its own sees of it; null if they may not read rows.</param>
public sealed record PrivacyModel(string Home, IReadOnlyList<PrivacyTable> Tables, string? Open, IReadOnlyList<PrivacyColumn> Columns, PrivacyPreview? Preview);

public sealed record PrivacyTable(string Name, string Href, int Hidden, int Columns, bool IsOpen);

/// <param name="Class">"public", "internal", "private" or "confidential".</param>
public sealed record PrivacyColumn(string Name, string? Description, string Class, bool IsHidden);

public sealed record PrivacyPreview(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows);
