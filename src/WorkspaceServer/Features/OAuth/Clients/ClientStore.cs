using System.Text.Json;
using Microsoft.Data.Sqlite;
using WorkspaceServer.Control;
using WorkspaceServer.Features.Audit;

namespace WorkspaceServer.Features.OAuth.Clients;

/// <summary>All SQL about clients. Table: oauth_client. Schema: Control/Migrations/0008.</summary>
internal sealed class ClientStore(ControlDatabase control, AuditLog audit)
{
    private const string Columns = "SELECT id, name, redirect_uris, is_document, fresh_until, created_at FROM oauth_client ";

    // A grant that is over keeps its row, and its client's with it, for who looks back; that is what PruneGrants is for.
    private const string Prune =
        """
        DELETE FROM oauth_client
        WHERE coalesce(used_at, created_at) < @before AND NOT EXISTS (SELECT 1 FROM oauth_grant WHERE oauth_grant.client_id = oauth_client.id)
        """;

    private const string PruneGrants =
        "DELETE FROM oauth_grant WHERE (connected_at IS NULL AND created_at < @unconnected) OR coalesce(revoked_at, expires_at) < @over";

    public OAuthClient? Find(string id)
    {
        using var connection = control.Open();
        using var command = connection.Command(Columns + "WHERE id = @id", ("@id", id));
        using var row = command.ExecuteReader();
        return row.Read() ? Read(row) : null;
    }

    /// <summary>Adds a client that registered itself, unless there are too many, and forgets those that nobody uses.</summary>
    /// <param name="unusedBefore">Clients without a grant that were last used earlier are forgotten.</param>
    /// <param name="unconnectedBefore">Likewise grants of which no client ever fetched a token.</param>
    /// <param name="overBefore">Likewise grants that ended earlier.</param>
    /// <returns>False if there are too many.</returns>
    public bool Register(OAuthClient client, int max, DateTimeOffset unusedBefore, DateTimeOffset unconnectedBefore, DateTimeOffset overBefore)
    {
        using var connection = control.Open();
        connection.Begin();
        connection.Execute(PruneGrants, ("@unconnected", unconnectedBefore.ToUnixTimeSeconds()), ("@over", overBefore.ToUnixTimeSeconds()));
        connection.Execute(Prune, ("@before", unusedBefore.ToUnixTimeSeconds()));
        var added = connection.Execute(
            """
            INSERT INTO oauth_client (id, name, redirect_uris, is_document, created_at)
            SELECT @id, @name, @uris, 0, @now WHERE (SELECT count(*) FROM oauth_client WHERE used_at IS NULL) < @max
            """,
            ("@id", client.Id),
            ("@name", client.Name),
            ("@uris", JsonSerializer.Serialize(client.RedirectUris)),
            ("@now", client.CreatedAt.ToUnixTimeSeconds()),
            ("@max", max)) == 1;
        if (added)
        {
            audit.Append(connection, new AuditEntry(AuditActions.OAuthClientRegistered)
            {
                Target = ("oauth_client", client.Id),
                Details = [("name", client.Name), ("redirect_hosts", client.RedirectUris.Select(RedirectAddress.HostOf).Distinct().ToArray())],
            });
        }

        connection.Commit();
        return added;
    }

    /// <summary>Keeps what a client's document says.</summary>
    public void Keep(OAuthClient client)
    {
        using var connection = control.Open();
        connection.Execute(
            """
            INSERT INTO oauth_client (id, name, redirect_uris, is_document, fresh_until, created_at) VALUES (@id, @name, @uris, 1, @fresh, @now)
            ON CONFLICT (id) DO UPDATE SET name = excluded.name, redirect_uris = excluded.redirect_uris, fresh_until = excluded.fresh_until
            """,
            ("@id", client.Id),
            ("@name", client.Name),
            ("@uris", JsonSerializer.Serialize(client.RedirectUris)),
            ("@fresh", client.FreshUntil?.ToUnixTimeSeconds()),
            ("@now", client.CreatedAt.ToUnixTimeSeconds()));
    }

    private static OAuthClient Read(SqliteDataReader row) => new(
        row.GetString(0),
        row.GetString(1),
        JsonSerializer.Deserialize<string[]>(row.GetString(2)) ?? [],
        row.GetInt64(3) == 1,
        row.IsDBNull(4) ? null : DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(4)),
        DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(5)));
}
