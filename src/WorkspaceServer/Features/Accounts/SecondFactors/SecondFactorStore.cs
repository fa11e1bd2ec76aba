using System.Globalization;
using WorkspaceServer.Control;

namespace WorkspaceServer.Features.Accounts.SecondFactors;

/// <summary>All SQL about authenticator apps and backup codes. Tables: totp, backup_code_set, backup_code. Schema: Control/Migrations/0005.</summary>
internal sealed class SecondFactorStore(ControlDatabase control)
{
    /// <summary>The sealed key of the person's app; null if they have none.</summary>
    public byte[]? FindKey(string personId)
    {
        using var connection = control.Open();
        using var command = connection.Command("SELECT sealed_key FROM totp WHERE person_id = @person", ("@person", personId));
        return command.ExecuteScalar() as byte[];
    }

    /// <summary>Seals every key anew, in the caller's transaction.</summary>
    /// <param name="reseal">Given what is sealed and whose it is.</param>
    public static void Reseal(ControlConnection connection, Func<byte[], string, byte[]> reseal)
    {
        var keys = new List<(string Person, byte[]? Sealed, byte[]? Pending)>();
        using (var command = connection.Command("SELECT person_id, sealed_key, pending_key FROM totp"))
        using (var rows = command.ExecuteReader())
        {
            while (rows.Read())
            {
                keys.Add((rows.GetString(0), rows.IsDBNull(1) ? null : rows.GetFieldValue<byte[]>(1), rows.IsDBNull(2) ? null : rows.GetFieldValue<byte[]>(2)));
            }
        }

        foreach (var (person, key, pending) in keys)
        {
            connection.Execute(
                "UPDATE totp SET sealed_key = @key, pending_key = @pending WHERE person_id = @person",
                ("@key", key is null ? null : reseal(key, person)), ("@pending", pending is null ? null : reseal(pending, person)), ("@person", person));
        }
    }

    /// <summary>The sealed key that was shown and waits for its first code; a new one if there is none, or it is older than that.</summary>
    public byte[] PendingKey(string personId, byte[] newKey, DateTimeOffset now, DateTimeOffset notBefore)
    {
        using var connection = control.Open();
        using var command = connection.Command(
            """
            INSERT INTO totp (person_id, pending_key, pending_at) VALUES (@person, @key, @now)
            ON CONFLICT (person_id) DO UPDATE SET
                pending_key = CASE WHEN pending_at >= @not_before THEN pending_key ELSE excluded.pending_key END,
                pending_at = CASE WHEN pending_at >= @not_before THEN pending_at ELSE excluded.pending_at END
            RETURNING pending_key
            """,
            ("@person", personId), ("@key", newKey), ("@now", now.ToUnixTimeSeconds()), ("@not_before", notBefore.ToUnixTimeSeconds()));
        return (byte[])command.ExecuteScalar()!;
    }

    public byte[]? FindPendingKey(string personId, DateTimeOffset notBefore)
    {
        using var connection = control.Open();
        using var command = connection.Command(
            "SELECT pending_key FROM totp WHERE person_id = @person AND pending_at >= @not_before", ("@person", personId), ("@not_before", notBefore.ToUnixTimeSeconds()));
        return command.ExecuteScalar() as byte[];
    }

    /// <summary>The first code was right: the pending key is the key now, and that code is used.</summary>
    /// <returns>False if another request was faster.</returns>
    public bool Confirm(string personId, byte[] pendingKey, long step, DateTimeOffset now)
    {
        using var connection = control.Open();
        return connection.Execute(
            """
            UPDATE totp SET sealed_key = pending_key, enrolled_at = @now, last_step = @step, pending_key = NULL, pending_at = NULL
            WHERE person_id = @person AND pending_key = @pending
            """,
            ("@person", personId), ("@pending", pendingKey), ("@step", step), ("@now", now.ToUnixTimeSeconds())) == 1;
    }

    /// <summary>Uses the code of a step, once.</summary>
    /// <returns>False if it, or a later one, was used before.</returns>
    public bool UseStep(string personId, byte[] sealedKey, long step)
    {
        using var connection = control.Open();
        return connection.Execute(
            "UPDATE totp SET last_step = @step WHERE person_id = @person AND sealed_key = @key AND last_step < @step",
            ("@person", personId), ("@key", sealedKey), ("@step", step)) == 1;
    }

    /// <summary>Replaces all backup codes of a person; the old ones are void.</summary>
    public void SetBackupCodes(string personId, string parameters, IReadOnlyList<byte[]> hashes, DateTimeOffset now)
    {
        using var connection = control.Open();
        connection.Begin();
        connection.Execute("DELETE FROM backup_code WHERE person_id = @person", ("@person", personId));
        connection.Execute(
            """
            INSERT INTO backup_code_set (person_id, parameters, created_at) VALUES (@person, @parameters, @now)
            ON CONFLICT (person_id) DO UPDATE SET parameters = excluded.parameters, created_at = excluded.created_at
            """,
            ("@person", personId), ("@parameters", parameters), ("@now", now.ToUnixTimeSeconds()));
        foreach (var hash in hashes)
        {
            connection.Execute("INSERT INTO backup_code (person_id, hash) VALUES (@person, @hash)", ("@person", personId), ("@hash", hash));
        }

        connection.Commit();
    }

    /// <summary>How the person's codes are hashed; null if they have none.</summary>
    public string? FindBackupCodeParameters(string personId)
    {
        using var connection = control.Open();
        using var command = connection.Command("SELECT parameters FROM backup_code_set WHERE person_id = @person", ("@person", personId));
        return (string?)command.ExecuteScalar();
    }

    /// <summary>Uses a backup code, once.</summary>
    public bool UseBackupCode(string personId, byte[] hash, DateTimeOffset now)
    {
        using var connection = control.Open();
        return connection.Execute(
            "UPDATE backup_code SET used_at = @now WHERE person_id = @person AND hash = @hash AND used_at IS NULL",
            ("@person", personId), ("@hash", hash), ("@now", now.ToUnixTimeSeconds())) == 1;
    }

    public int CountBackupCodes(string personId)
    {
        using var connection = control.Open();
        using var command = connection.Command("SELECT count(*) FROM backup_code WHERE person_id = @person AND used_at IS NULL", ("@person", personId));
        return Convert.ToInt32(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    /// <returns>False if the person had no app.</returns>
    public bool Remove(string personId)
    {
        using var connection = control.Open();
        connection.Begin();
        connection.Execute("DELETE FROM backup_code WHERE person_id = @person", ("@person", personId));
        connection.Execute("DELETE FROM backup_code_set WHERE person_id = @person", ("@person", personId));
        var removed = connection.Execute("DELETE FROM totp WHERE person_id = @person AND sealed_key IS NOT NULL", ("@person", personId)) == 1;
        connection.Commit();
        return removed;
    }
}
