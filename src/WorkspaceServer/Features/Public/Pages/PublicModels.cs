namespace WorkspaceServer.Features.Public.Pages;

// What the pages show. Public, since Razor makes components and so their parameters public.

/// <param name="Operator">Who runs this server, if they said so.</param>
/// <param name="Contact">Where to report a hole, as a link, if they said so.</param>
public sealed record AboutModel(string? Operator, string? Contact);

public sealed record CookiesModel(IReadOnlyList<CookieRow> Cookies);

public sealed record CookieRow(string Name, string Purpose, string Lasts);

public sealed record StatusModel((bool IsGood, string Words) Backup);
