using Microsoft.Data.Sqlite;
using WorkspaceServer.Control;

namespace WorkspaceServer.Features.Agents;

/// <param name="Kind">"identity" or "tokens".</param>
/// <param name="Sealed">The private half.</param>
internal sealed record StoredServerKey(string Id, string Kind, byte[] PublicKey, byte[] Sealed, DateTimeOffset CreatedAt, DateTimeOffset? RetiredAt);

/// <summary>All SQL about the server's own keys. Table: server_key. Schema: Control/Migrations/0009.</summary>
internal sealed class ServerKeyStore(ControlDatabase control)
{
    public ControlConnection Open() => control.Open();

    /// <summary>Those in use, and those retired since then; newest first.</summary>
    public static IReadOnlyList<StoredServerKey> List(ControlConnection connection, DateTimeOffset retiredSince)
    {
        using var command = connection.Command(
            """
            SELECT id, kind, public_key, sealed, created_at, retired_at FROM server_key
            WHERE retired_at IS NULL OR retired_at > @since ORDER BY retired_at IS NOT NULL, id DESC
            """,
            ("@since", retiredSince.ToUnixTimeSeconds()));
        using var rows = command.ExecuteReader();
        var list = new List<StoredServerKey>();
        while (rows.Read())
        {
            list.Add(Read(rows));
        }

        return list;
    }

    /// <returns>False if there is one of this kind in use.</returns>
    public static bool Add(ControlConnection connection, StoredServerKey key) => connection.Execute(
        "INSERT INTO server_key (id, kind, public_key, sealed, created_at) VALUES (@id, @kind, @public, @sealed, @created) ON CONFLICT DO NOTHING",
        ("@id", key.Id),
        ("@kind", key.Kind),
        ("@public", key.PublicKey),
        ("@sealed", key.Sealed),
        ("@created", key.CreatedAt.ToUnixTimeSeconds())) == 1;

    public static void RetireAll(ControlConnection connection, DateTimeOffset now) =>
        connection.Execute("UPDATE server_key SET retired_at = @now WHERE retired_at IS NULL", ("@now", now.ToUnixTimeSeconds()));

    public static void Replace(ControlConnection connection, string id, byte[] sealedKey) =>
        connection.Execute("UPDATE server_key SET sealed = @sealed WHERE id = @id", ("@sealed", sealedKey), ("@id", id));

    private static StoredServerKey Read(SqliteDataReader row) => new(
        row.GetString(0),
        row.GetString(1),
        row.GetFieldValue<byte[]>(2),
        row.GetFieldValue<byte[]>(3),
        DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(4)),
        row.IsDBNull(5) ? null : DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(5)));
}
