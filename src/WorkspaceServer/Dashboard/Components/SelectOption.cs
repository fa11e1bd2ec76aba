namespace WorkspaceServer.Dashboard.Components;

/// <summary>One option of a <see cref="SelectField"/>.</summary>
/// <param name="IsName">It is called so in every language.</param>
public sealed record SelectOption(string Value, string Label, bool IsName = false);
