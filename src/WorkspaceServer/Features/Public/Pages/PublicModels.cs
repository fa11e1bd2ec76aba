namespace WorkspaceServer.Features.Public.Pages;

// What the pages show. Public, since Razor makes components and so their parameters public.

/// <param name="Operator">Who runs this server, if they said so.</param>
/// <param name="Contact">Where to report a hole, as a link, if they said so.</param>
/// <param name="HasCheck">Whether forms of strangers load a check by Cloudflare.</param>
/// <param name="SecurityLogDays">How long the files of the security log are kept; 0 for none.</param>
public sealed record AboutModel(string? Operator, string? Contact, bool HasCheck = false, int SecurityLogDays = 0);

/// <param name="Contact">Where to report a hole, as a link, if they said so.</param>
public sealed record SecurityModel(string? Contact, IReadOnlyList<PublicTopic> Topics);

public sealed record PublicTopic(string Title, IReadOnlyList<PublicControl> Controls);

/// <summary>A control, as much of it as strangers may know.</summary>
/// <param name="State">live, partial or absent.</param>
/// <param name="CheckedAt">When the server last looked; null if tests alone prove it.</param>
/// <param name="Tests">Classes of tests that prove it.</param>
public sealed record PublicControl(string Title, string State, DateTimeOffset? CheckedAt, IReadOnlyList<string> Tests);

/// <param name="Look">What is kept: light or dark; null if nothing is.</param>
/// <param name="ChosenOn">When that was chosen; null if it was not.</param>
/// <param name="HasCheck">Whether forms of strangers load a check by Cloudflare.</param>
public sealed record CookiesModel(
    IReadOnlyList<CookieRow> Cookies, string Save, string Forget, string? Look = null, DateTimeOffset? ChosenOn = null, Hosting.FormProblems? Problems = null, bool HasCheck = false);

/// <param name="IsOptional">Signing in works without it.</param>
public sealed record CookieRow(string Name, string Purpose, string Lasts, bool IsOptional = false);

/// <param name="Officer">Who reads complaints; empty if nobody is named.</param>
/// <param name="Contact">A link.</param>
public sealed record GrievanceModel(string Officer, string Contact);

public sealed record StatusModel((bool IsGood, string Words) Backup);
