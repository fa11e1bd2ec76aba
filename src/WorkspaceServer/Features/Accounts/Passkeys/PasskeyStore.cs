using System.Globalization;
using Microsoft.AspNetCore.Identity;
using Microsoft.Data.Sqlite;
using WorkspaceServer.Control;

namespace WorkspaceServer.Features.Accounts.Passkeys;

/// <summary>What a challenge is for. The answer to one of another kind is worth nothing.</summary>
internal enum ChallengeKind
{
    Add,
    SignIn,
    StepUp,
}

/// <summary>A passkey as its owner sees it.</summary>
/// <param name="IsSynced">Whether it is also on the owner's other devices, by the maker's cloud.</param>
internal sealed record Passkey(string Id, string Name, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt, bool IsSynced);

/// <summary>All SQL about passkeys. Tables: passkey, passkey_challenge. Schema: Control/Migrations/0011.</summary>
internal sealed class PasskeyStore(ControlDatabase control)
{
    private const string Keys =
        "SELECT credential_id, public_key, name, sign_count, transports, is_backup_eligible, is_backed_up, created_at FROM passkey WHERE person_id = @person ";

    /// <summary>Adds a challenge, and forgets those that nobody answered.</summary>
    public void AddChallenge(byte[] sha256, ChallengeKind kind, string? person, string state, DateTimeOffset now, DateTimeOffset expiresAt)
    {
        using var connection = control.Open();
        connection.Begin();
        connection.Execute("DELETE FROM passkey_challenge WHERE expires_at <= @now", ("@now", now.ToUnixTimeSeconds()));
        connection.Execute(
            "INSERT INTO passkey_challenge (sha256, kind, person_id, state, expires_at) VALUES (@sha256, @kind, @person, @state, @expires)",
            ("@sha256", sha256), ("@kind", Text(kind)), ("@person", person), ("@state", state), ("@expires", expiresAt.ToUnixTimeSeconds()));
        connection.Commit();
    }

    /// <summary>Uses a challenge, once: of any number of callers at once, one gets its state.</summary>
    public string? UseChallenge(byte[] sha256, ChallengeKind kind, string? person, DateTimeOffset now)
    {
        using var connection = control.Open();
        using var command = connection.Command(
            "DELETE FROM passkey_challenge WHERE sha256 = @sha256 AND kind = @kind AND person_id IS @person AND expires_at > @now RETURNING state",
            ("@sha256", sha256), ("@kind", Text(kind)), ("@person", person), ("@now", now.ToUnixTimeSeconds()));
        return command.ExecuteScalar() as string;
    }

    /// <returns>False if the person has as many as they can, or somebody has this one.</returns>
    public bool Add(string id, string person, string name, UserPasskeyInfo key, int maxKeys)
    {
        using var connection = control.Open();
        return connection.Execute(
            """
            INSERT INTO passkey (id, person_id, credential_id, public_key, name, sign_count, transports, is_backup_eligible, is_backed_up, created_at)
            SELECT @id, @person, @credential, @key, @name, @count, @transports, @eligible, @backed_up, @now
            WHERE (SELECT count(*) FROM passkey WHERE person_id = @person) < @max
            ON CONFLICT (credential_id) DO NOTHING
            """,
            ("@id", id),
            ("@person", person),
            ("@credential", key.CredentialId),
            ("@key", key.PublicKey),
            ("@name", name),
            ("@count", (long)key.SignCount),
            ("@transports", string.Join(' ', key.Transports ?? [])),
            ("@eligible", key.IsBackupEligible ? 1 : 0),
            ("@backed_up", key.IsBackedUp ? 1 : 0),
            ("@now", key.CreatedAt.ToUnixTimeSeconds()),
            ("@max", maxKeys)) == 1;
    }

    /// <summary>Notes that a passkey was used.</summary>
    public void Used(string person, UserPasskeyInfo key, DateTimeOffset now)
    {
        using var connection = control.Open();
        connection.Execute(
            """
            UPDATE passkey SET sign_count = max(sign_count, @count), is_backed_up = @backed_up, last_used_at = @now
            WHERE person_id = @person AND credential_id = @credential
            """,
            ("@person", person),
            ("@credential", key.CredentialId),
            ("@count", (long)key.SignCount),
            ("@backed_up", key.IsBackedUp ? 1 : 0),
            ("@now", now.ToUnixTimeSeconds()));
    }

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<Passkey> List(string person)
    {
        using var connection = control.Open();
        using var command = connection.Command(
            "SELECT id, name, created_at, last_used_at, is_backed_up FROM passkey WHERE person_id = @person ORDER BY id", ("@person", person));
        using var rows = command.ExecuteReader();
        var list = new List<Passkey>();
        while (rows.Read())
        {
            list.Add(new Passkey(
                rows.GetString(0),
                rows.GetString(1),
                DateTimeOffset.FromUnixTimeSeconds(rows.GetInt64(2)),
                rows.IsDBNull(3) ? null : DateTimeOffset.FromUnixTimeSeconds(rows.GetInt64(3)),
                rows.GetBoolean(4)));
        }

        return list;
    }

    public int Count(string person)
    {
        using var connection = control.Open();
        using var command = connection.Command("SELECT count(*) FROM passkey WHERE person_id = @person", ("@person", person));
        return Convert.ToInt32(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    /// <returns>False if the person has no such passkey.</returns>
    public bool Rename(string person, string id, string name)
    {
        using var connection = control.Open();
        return connection.Execute("UPDATE passkey SET name = @name WHERE person_id = @person AND id = @id", ("@person", person), ("@id", id), ("@name", name)) == 1;
    }

    /// <param name="id">Null: all of them.</param>
    /// <returns>How many it were.</returns>
    public int Remove(string person, string? id)
    {
        using var connection = control.Open();
        return connection.Execute("DELETE FROM passkey WHERE person_id = @person AND (@id IS NULL OR id = @id)", ("@person", person), ("@id", id));
    }

    /// <summary>Whose passkey this is; null if nobody's.</summary>
    public string? OwnerOf(byte[] credentialId)
    {
        using var connection = control.Open();
        using var command = connection.Command("SELECT person_id FROM passkey WHERE credential_id = @credential", ("@credential", credentialId));
        return command.ExecuteScalar() as string;
    }

    /// <summary>What the passkeys of a person are checked with.</summary>
    /// <param name="credentialId">Only this one; null for all.</param>
    public IReadOnlyList<UserPasskeyInfo> KeysOf(string person, byte[]? credentialId = null)
    {
        using var connection = control.Open();
        using var command = connection.Command(Keys + "AND (@credential IS NULL OR credential_id = @credential)", ("@person", person), ("@credential", credentialId));
        using var rows = command.ExecuteReader();
        var list = new List<UserPasskeyInfo>();
        while (rows.Read())
        {
            list.Add(ReadKey(rows));
        }

        return list;
    }

    private static UserPasskeyInfo ReadKey(SqliteDataReader row) => new(
        (byte[])row[0],
        (byte[])row[1],
        DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(7)),
        (uint)row.GetInt64(3),
        row.GetString(4).Split(' ', StringSplitOptions.RemoveEmptyEntries),
        isUserVerified: true, // none is kept without
        row.GetBoolean(5),
        row.GetBoolean(6),
        attestationObject: [],
        clientDataJson: [])
    {
        Name = row.GetString(2),
    };

    private static string Text(ChallengeKind kind) => kind switch
    {
        ChallengeKind.Add => "add",
        ChallengeKind.SignIn => "sign_in",
        _ => "step_up",
    };
}
