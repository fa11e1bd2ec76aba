namespace WorkspaceServer.Features.Tokens.Pages;

// What the pages show. Public, since Razor makes components and so their parameters public.

/// <param name="Made">The token that was made just now; its text is never shown again.</param>
public sealed record TokensModel(string Home, IReadOnlyList<TokenRow> Tokens, bool MayCreate, NewToken? Made, string Name, string Days, string? Error);

/// <param name="State">"good", "revoked" or "ended".</param>
/// <param name="Hidden">Columns that this token never sees, beside those that no AI client sees.</param>
public sealed record TokenRow(
    string Id, string Name, string Scopes, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, string State, int Hidden, long RowsToday, bool IsYours, bool MayRevoke);

public sealed record NewToken(string Name, string Text, DateTimeOffset ExpiresAt);

/// <param name="Page">Where the steps are shown.</param>
/// <param name="Url">What one pastes into an AI client.</param>
public sealed record ConnectModel(string Home, string Page, string Url, IReadOnlyList<ClientGuide> Guides, ClientGuide Open, IReadOnlyList<TokenRow> Tokens);

/// <param name="Id">Its name in addresses.</param>
public sealed record ClientGuide(string Id, string Name, IReadOnlyList<GuideStep> Steps);

/// <param name="Code">To be copied; null if there is nothing.</param>
public sealed record GuideStep(string Title, string Text, string? Code);
