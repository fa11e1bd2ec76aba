namespace WorkspaceServer.Features.OAuth.Clients;

/// <summary>A program that may ask people for access. All are public clients: none has a secret, PKCE binds their codes and rotation their refresh tokens.</summary>
/// <param name="Id">Made by us, or the https address of the document that describes it.</param>
/// <param name="Name">As it says itself; nobody has checked it.</param>
/// <param name="IsDocument">Its document was read from the host that its id names, so that host vouches for it.</param>
/// <param name="FreshUntil">Of a document: when it is fetched again.</param>
internal sealed record OAuthClient(string Id, string Name, IReadOnlyList<string> RedirectUris, bool IsDocument, DateTimeOffset? FreshUntil, DateTimeOffset CreatedAt)
{
    /// <summary>Longest name, in characters.</summary>
    public const int MaxNameLength = 100;

    /// <summary>Most redirect addresses.</summary>
    public const int MaxRedirectUris = 10;

    /// <summary>Longest id, in characters.</summary>
    public const int MaxIdLength = 400;

    /// <summary>The host that vouches for it; null if nobody does.</summary>
    public string? VerifiedHost => IsDocument ? new Uri(Id).IdnHost : null;

    /// <summary>A name without what would change the look of the sentence that it stands in.</summary>
    public static bool IsName(string? name) =>
        name is { Length: > 0 and <= MaxNameLength } && name.Trim().Length > 0
        && !name.Any(c => char.IsControl(c) || char.IsSurrogate(c) || char.GetUnicodeCategory(c) is System.Globalization.UnicodeCategory.Format or System.Globalization.UnicodeCategory.LineSeparator or System.Globalization.UnicodeCategory.ParagraphSeparator);
}
