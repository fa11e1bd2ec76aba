namespace WorkspaceServer.Dashboard.Components;

/// <summary>One option of a <see cref="SelectField"/>.</summary>
public sealed record SelectOption(string Value, string Label);
