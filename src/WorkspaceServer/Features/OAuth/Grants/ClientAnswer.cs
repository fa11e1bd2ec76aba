namespace WorkspaceServer.Features.OAuth.Grants;

/// <summary>One connected client as programs see it.</summary>
/// <param name="VerifiedHost">The host that vouches for it; null if it only says who it is.</param>
/// <param name="Person">Who let it in.</param>
/// <param name="Tools">Null: all that the scopes open.</param>
/// <param name="UsedAt">When it last fetched tokens, which a client in use does every 15 minutes.</param>
internal sealed record ClientAnswer(
    string Id,
    string Client,
    string? VerifiedHost,
    string Person,
    ClientStatus Status,
    IReadOnlyList<string> Scopes,
    IReadOnlyList<string>? Tools,
    IReadOnlyList<string> HiddenColumns,
    long RowsPerDay,
    long RowsToday,
    long RowsInAll,
    DateTimeOffset? ConnectedAt,
    DateTimeOffset? UsedAt,
    DateTimeOffset ExpiresAt)
{
    public static ClientAnswer Of(ConnectedClient client, DateTimeOffset now) => new(
        client.Grant.Id,
        client.ClientName,
        client.VerifiedHost,
        client.PersonEmail,
        StatusOf(client.Grant, now),
        client.Grant.Scopes,
        client.Grant.Tools,
        client.Grant.HiddenColumns,
        client.Grant.RowsPerDay,
        client.RowsToday,
        client.RowsInAll,
        client.Grant.ConnectedAt,
        client.Grant.UsedAt,
        client.Grant.ExpiresAt);

    public static ClientStatus StatusOf(OAuthGrant grant, DateTimeOffset now) =>
        grant.RevokedAt is not null ? ClientStatus.Ended
        : now >= grant.ExpiresAt ? ClientStatus.Expired
        : grant.PausedAt is not null ? ClientStatus.Paused
        : ClientStatus.Active;
}

/// <summary>How it stands with a client.</summary>
public enum ClientStatus
{
    Active,
    Paused,
    Ended,
    Expired,
}
