namespace WorkspaceServer.Features.Downloads.Pages;

// What the page shows. Public, since Razor makes components and so their parameters public.

/// <param name="At">Where in the menu.</param>
/// <param name="What">The file that it downloads.</param>
/// <param name="Back">The page that it was asked for on.</param>
public sealed record DownloadLinkModel(string At, string What, string Back, string Url, DateTimeOffset ExpiresAt);
