namespace WorkspaceServer.Hosting;

/// <summary>Marks a setting that is a secret: it is taken from server.env or the environment only, and never printed.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SecretAttribute : Attribute;
