namespace WorkspaceServer.Hosting;

/// <summary>Where the settings came from; either file may be missing.</summary>
/// <param name="Settings">The settings file.</param>
/// <param name="Secrets">The file of secrets beside it.</param>
internal sealed record SettingsFiles(string Settings, string Secrets);
