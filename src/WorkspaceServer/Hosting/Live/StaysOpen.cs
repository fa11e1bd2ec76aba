namespace WorkspaceServer.Hosting.Live;

/// <summary>Marks an endpoint whose answer stays open: how long it takes says nothing about how quick the server is.</summary>
internal sealed record StaysOpen;
