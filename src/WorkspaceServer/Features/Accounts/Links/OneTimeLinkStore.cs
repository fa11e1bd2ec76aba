using WorkspaceServer.Control;

namespace WorkspaceServer.Features.Accounts.Links;

/// <summary>What a link is for. One made for one thing does nothing else.</summary>
internal enum LinkKind
{
    /// <summary>Makes the first operator.</summary>
    Setup,

    /// <summary>Proves an e-mail address and makes its account.</summary>
    Verify,

    /// <summary>Chooses a new password.</summary>
    Password,

    /// <summary>Signs in without a password.</summary>
    SignIn,

    /// <summary>Not in a mail but in a cookie: the first factor was right.</summary>
    SecondFactor,
}

/// <param name="PersonId">Whose link it is; null if they are not here yet.</param>
internal sealed record LinkOwner(string? PersonId, string Email);

/// <summary>All SQL about what is used once. Table: one_time_link. Schema: Control/Migrations/0005.</summary>
internal sealed class OneTimeLinkStore(ControlDatabase control)
{
    public void Add(byte[] sha256, LinkKind kind, LinkOwner owner, byte[]? browserSha256, DateTimeOffset now, DateTimeOffset expiresAt)
    {
        using var connection = control.Open();
        connection.Begin();
        connection.Execute("DELETE FROM one_time_link WHERE expires_at <= @now", ("@now", now.ToUnixTimeSeconds()));
        connection.Execute(
            """
            INSERT INTO one_time_link (sha256, kind, person_id, email, browser_sha256, created_at, expires_at)
            VALUES (@sha256, @kind, @person, @email, @browser, @now, @expires)
            """,
            ("@sha256", sha256),
            ("@kind", Text(kind)),
            ("@person", owner.PersonId),
            ("@email", owner.Email),
            ("@browser", browserSha256),
            ("@now", now.ToUnixTimeSeconds()),
            ("@expires", expiresAt.ToUnixTimeSeconds()));
        connection.Commit();
    }

    /// <summary>Whose link this is, if it can still be used. Uses nothing.</summary>
    public LinkOwner? Find(byte[] sha256, LinkKind kind, DateTimeOffset now)
    {
        using var connection = control.Open();
        using var command = connection.Command(
            "SELECT person_id, email FROM one_time_link WHERE sha256 = @sha256 AND kind = @kind AND used_at IS NULL AND expires_at > @now",
            ("@sha256", sha256), ("@kind", Text(kind)), ("@now", now.ToUnixTimeSeconds()));
        return Owner(command);
    }

    /// <summary>Uses a link, once: of any number of callers at once, one gets its owner.</summary>
    public LinkOwner? Use(byte[] sha256, LinkKind kind, byte[]? browserSha256, DateTimeOffset now)
    {
        using var connection = control.Open();
        using var command = connection.Command(
            """
            UPDATE one_time_link SET used_at = @now
            WHERE sha256 = @sha256 AND kind = @kind AND used_at IS NULL AND expires_at > @now
                AND (browser_sha256 IS NULL OR browser_sha256 = @browser)
            RETURNING person_id, email
            """,
            ("@sha256", sha256), ("@kind", Text(kind)), ("@browser", browserSha256), ("@now", now.ToUnixTimeSeconds()));
        return Owner(command);
    }

    /// <summary>Makes links of one kind useless: a person's, or those of one browser, or all if neither is given.</summary>
    public void Void(LinkKind kind, string? personId, byte[]? browserSha256, DateTimeOffset now)
    {
        using var connection = control.Open();
        connection.Execute(
            """
            UPDATE one_time_link SET used_at = @now WHERE kind = @kind AND used_at IS NULL
                AND (@person IS NULL OR person_id = @person) AND (@browser IS NULL OR browser_sha256 = @browser)
            """,
            ("@kind", Text(kind)), ("@person", personId), ("@browser", browserSha256), ("@now", now.ToUnixTimeSeconds()));
    }

    private static LinkOwner? Owner(Microsoft.Data.Sqlite.SqliteCommand command)
    {
        using var rows = command.ExecuteReader();
        return rows.Read() ? new LinkOwner(rows.IsDBNull(0) ? null : rows.GetString(0), rows.GetString(1)) : null;
    }

    private static string Text(LinkKind kind) => kind switch
    {
        LinkKind.Setup => "setup",
        LinkKind.Verify => "verify",
        LinkKind.Password => "password",
        LinkKind.SignIn => "sign_in",
        _ => "second_factor",
    };
}
