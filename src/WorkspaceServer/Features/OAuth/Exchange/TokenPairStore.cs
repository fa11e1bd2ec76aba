using Microsoft.Data.Sqlite;
using WorkspaceServer.Control;
using WorkspaceServer.Features.OAuth.Grants;

namespace WorkspaceServer.Features.OAuth.Exchange;

/// <summary>A code as it is stored, with the grant that it leads to.</summary>
internal sealed record StoredCode(OAuthGrant Grant, string Challenge, DateTimeOffset? UsedAt);

/// <summary>A refresh token as it is stored, with its grant.</summary>
/// <param name="Answer">What using it gave, sealed.</param>
internal sealed record StoredRefresh(OAuthGrant Grant, DateTimeOffset ExpiresAt, DateTimeOffset? UsedAt, byte[]? Answer);

/// <summary>All SQL about codes and tokens. Tables: oauth_code, oauth_access, oauth_refresh. Schema: Control/Migrations/0008.</summary>
/// <remarks>Single use is decided by one statement each: <see cref="UseCode"/> and <see cref="UseRefresh"/>.</remarks>
internal sealed class TokenPairStore(ControlDatabase control)
{
    private const string Living = "JOIN workspace ON workspace.id = oauth_grant.workspace_id AND workspace.deleted_at IS NULL ";

    private const string SelectCode =
        "SELECT " + GrantStore.Columns + ", oauth_code.challenge, oauth_code.used_at FROM oauth_code JOIN oauth_grant ON oauth_grant.id = oauth_code.grant_id " + Living
        + "WHERE oauth_code.sha256 = @sha256";

    private const string SelectRefresh =
        "SELECT " + GrantStore.Columns + ", oauth_refresh.expires_at, oauth_refresh.used_at, oauth_refresh.answer "
        + "FROM oauth_refresh JOIN oauth_grant ON oauth_grant.id = oauth_refresh.grant_id " + Living + "WHERE oauth_refresh.sha256 = @sha256";

    public ControlConnection Open() => control.Open();

    public static void AddCode(ControlConnection connection, byte[] sha256, string grant, string challenge, DateTimeOffset expiresAt) => connection.Execute(
        "INSERT INTO oauth_code (sha256, grant_id, challenge, expires_at) VALUES (@sha256, @grant, @challenge, @expires)",
        ("@sha256", sha256),
        ("@grant", grant),
        ("@challenge", challenge),
        ("@expires", expiresAt.ToUnixTimeSeconds()));

    public static StoredCode? FindCode(ControlConnection connection, byte[] sha256)
    {
        using var command = connection.Command(SelectCode, ("@sha256", sha256));
        using var row = command.ExecuteReader();
        return row.Read() ? new StoredCode(GrantStore.Read(row), row.GetString(GrantStore.ColumnCount), Time(row, GrantStore.ColumnCount + 1)) : null;
    }

    /// <returns>False if it was used before or is too old.</returns>
    public static bool UseCode(ControlConnection connection, byte[] sha256, DateTimeOffset now) => connection.Execute(
        "UPDATE oauth_code SET used_at = @now WHERE sha256 = @sha256 AND used_at IS NULL AND expires_at > @now", ("@sha256", sha256), ("@now", now.ToUnixTimeSeconds())) == 1;

    /// <summary>Adds a pair of tokens to a grant, notes that it is in use, and forgets tokens that are too old to matter.</summary>
    public static void AddPair(ControlConnection connection, OAuthGrant grant, byte[] access, DateTimeOffset accessExpiresAt, byte[] refresh, DateTimeOffset refreshExpiresAt, DateTimeOffset now)
    {
        var seconds = now.ToUnixTimeSeconds();
        connection.Execute("DELETE FROM oauth_access WHERE grant_id = @grant AND expires_at <= @now", ("@grant", grant.Id), ("@now", seconds));
        connection.Execute("DELETE FROM oauth_refresh WHERE grant_id = @grant AND expires_at <= @now", ("@grant", grant.Id), ("@now", seconds));
        connection.Execute(
            "INSERT INTO oauth_access (sha256, grant_id, created_at, expires_at) VALUES (@sha256, @grant, @now, @expires)",
            ("@sha256", access),
            ("@grant", grant.Id),
            ("@now", seconds),
            ("@expires", accessExpiresAt.ToUnixTimeSeconds()));
        connection.Execute(
            "INSERT INTO oauth_refresh (sha256, grant_id, expires_at) VALUES (@sha256, @grant, @expires)",
            ("@sha256", refresh),
            ("@grant", grant.Id),
            ("@expires", refreshExpiresAt.ToUnixTimeSeconds()));
        connection.Execute(
            "UPDATE oauth_grant SET connected_at = coalesce(connected_at, @now), used_at = @now WHERE id = @grant", ("@grant", grant.Id), ("@now", seconds));
        connection.Execute("UPDATE oauth_client SET used_at = @now WHERE id = @client", ("@client", grant.ClientId), ("@now", seconds));
    }

    public static StoredRefresh? FindRefresh(ControlConnection connection, byte[] sha256)
    {
        using var command = connection.Command(SelectRefresh, ("@sha256", sha256));
        using var row = command.ExecuteReader();
        return row.Read()
            ? new StoredRefresh(
                GrantStore.Read(row),
                Time(row, GrantStore.ColumnCount)!.Value,
                Time(row, GrantStore.ColumnCount + 1),
                row.IsDBNull(GrantStore.ColumnCount + 2) ? null : (byte[])row.GetValue(GrantStore.ColumnCount + 2))
            : null;
    }

    /// <param name="answer">What using it gives, sealed; for those who use it again at once.</param>
    /// <returns>False if it was used before.</returns>
    public static bool UseRefresh(ControlConnection connection, byte[] sha256, byte[] answer, DateTimeOffset now) => connection.Execute(
        "UPDATE oauth_refresh SET used_at = @now, answer = @answer WHERE sha256 = @sha256 AND used_at IS NULL",
        ("@sha256", sha256),
        ("@answer", answer),
        ("@now", now.ToUnixTimeSeconds())) == 1;

    /// <summary>Takes away the sealed answers of a grant that are of no more use.</summary>
    public static void ForgetAnswers(ControlConnection connection, string grant, DateTimeOffset usedBefore) => connection.Execute(
        "UPDATE oauth_refresh SET answer = NULL WHERE grant_id = @grant AND used_at <= @before AND answer IS NOT NULL",
        ("@grant", grant),
        ("@before", usedBefore.ToUnixTimeSeconds()));

    /// <summary>The client and grant of an access token, good or not; null if it is unknown.</summary>
    public static (string Client, string Grant)? FindAccess(ControlConnection connection, byte[] sha256)
    {
        using var command = connection.Command(
            "SELECT oauth_grant.client_id, oauth_grant.id FROM oauth_access JOIN oauth_grant ON oauth_grant.id = oauth_access.grant_id WHERE oauth_access.sha256 = @sha256",
            ("@sha256", sha256));
        using var row = command.ExecuteReader();
        return row.Read() ? (row.GetString(0), row.GetString(1)) : null;
    }

    /// <summary>Ends one access token.</summary>
    public static void EndAccess(ControlConnection connection, byte[] sha256) =>
        connection.Execute("UPDATE oauth_access SET expires_at = 0 WHERE sha256 = @sha256", ("@sha256", sha256));

    private static DateTimeOffset? Time(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(column));
}
