namespace WorkspaceServer.Dashboard.Components;

/// <summary>One bar of a <see cref="BarList"/>.</summary>
/// <param name="Shown">The value as it is written beside the bar.</param>
public sealed record Bar(string Label, double Value, string Shown);
