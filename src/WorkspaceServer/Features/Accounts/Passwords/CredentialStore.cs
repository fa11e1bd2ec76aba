using WorkspaceServer.Control;

namespace WorkspaceServer.Features.Accounts.Passwords;

/// <summary>All SQL about what passwords are checked against. Table: credential. Schema: Control/Migrations/0005.</summary>
internal sealed class CredentialStore(ControlDatabase control)
{
    /// <summary>Null if the person has no password.</summary>
    public string? Find(string personId)
    {
        using var connection = control.Open();
        using var command = connection.Command("SELECT verifier FROM credential WHERE person_id = @person", ("@person", personId));
        return (string?)command.ExecuteScalar();
    }

    public void Set(string personId, string verifier, DateTimeOffset now)
    {
        using var connection = control.Open();
        connection.Execute(
            """
            INSERT INTO credential (person_id, verifier, changed_at) VALUES (@person, @verifier, @now)
            ON CONFLICT (person_id) DO UPDATE SET verifier = excluded.verifier, changed_at = excluded.changed_at
            """,
            ("@person", personId), ("@verifier", verifier), ("@now", now.ToUnixTimeSeconds()));
    }

    /// <summary>Replaces a verifier of the same password, unless the password was changed meanwhile.</summary>
    public void Upgrade(string personId, string old, string verifier)
    {
        using var connection = control.Open();
        connection.Execute(
            "UPDATE credential SET verifier = @new WHERE person_id = @person AND verifier = @old", ("@person", personId), ("@old", old), ("@new", verifier));
    }
}
