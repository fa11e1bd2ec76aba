using WorkspaceServer.Control;
using WorkspaceServer.Features.Audit;

namespace WorkspaceServer.Features.Accounts.Phones;

/// <summary>A code that goes out.</summary>
/// <param name="AskedBy">SHA-256 of what names the session or sign-in that asked.</param>
internal sealed record PhoneCodeRow(byte[] AskedBy, string PersonId, byte[] CodeMac, byte[] SealedNumber, byte[] NumberMac, DateTimeOffset SentAt, DateTimeOffset ExpiresAt);

/// <summary>How often messages may be sent.</summary>
internal sealed record PhoneLimits(TimeSpan Pause, int PerDay, int OfServerPerDay);

/// <summary>All SQL about phone numbers and the codes sent to them. Tables: phone, phone_code, phone_message. Schema: Control/Migrations/0024.</summary>
internal sealed class PhoneStore(ControlDatabase control, AuditLog audit)
{
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    /// <summary>The sealed number of a person, and since when; null if they have none.</summary>
    public (byte[] Sealed, DateTimeOffset AddedAt)? Find(string personId)
    {
        using var connection = control.Open();
        using var command = connection.Command("SELECT sealed_number, added_at FROM phone WHERE person_id = @person", ("@person", personId));
        using var rows = command.ExecuteReader();
        return rows.Read() ? (rows.GetFieldValue<byte[]>(0), DateTimeOffset.FromUnixTimeSeconds(rows.GetInt64(1))) : null;
    }

    public bool Has(string personId) => Find(personId) is not null;

    /// <summary>Counts a message and keeps its code, in the place of an earlier one of the same session or sign-in; or neither, if it is too soon or too much.</summary>
    /// <returns>How long to wait; null if the message may go out.</returns>
    public TimeSpan? Begin(PhoneCodeRow code, PhoneLimits limits, AuditEntry entry)
    {
        using var connection = control.Open();
        connection.Begin();
        var now = code.SentAt.ToUnixTimeSeconds();
        connection.Execute("DELETE FROM phone_message WHERE sent_at <= @day", ("@day", now - (long)Day.TotalSeconds));
        connection.Execute("DELETE FROM phone_code WHERE expires_at <= @now", ("@now", now));
        if (connection.Execute(
            """
            INSERT INTO phone_message (person_id, number_mac, sent_at)
            SELECT @person, @number, @now
            WHERE (SELECT count(*) FROM phone_message WHERE person_id = @person) < @most
                AND (SELECT count(*) FROM phone_message WHERE number_mac = @number) < @most
                AND (SELECT count(*) FROM phone_message) < @mostOfAll
                AND NOT EXISTS (SELECT 1 FROM phone_message WHERE (person_id = @person OR number_mac = @number) AND sent_at > @pause)
            """,
            ("@person", code.PersonId),
            ("@number", code.NumberMac),
            ("@now", now),
            ("@most", limits.PerDay),
            ("@mostOfAll", limits.OfServerPerDay),
            ("@pause", now - (long)limits.Pause.TotalSeconds)) == 0)
        {
            return WaitOf(connection, code, limits.Pause, now);
        }

        connection.Execute(
            """
            INSERT INTO phone_code (asked_by, person_id, code_mac, sealed_number, expires_at) VALUES (@by, @person, @mac, @sealed, @expires)
            ON CONFLICT (asked_by) DO UPDATE SET code_mac = excluded.code_mac, sealed_number = excluded.sealed_number, expires_at = excluded.expires_at, tries = 0, used_at = NULL
            WHERE person_id = excluded.person_id
            """,
            ("@by", code.AskedBy), ("@person", code.PersonId), ("@mac", code.CodeMac), ("@sealed", code.SealedNumber), ("@expires", code.ExpiresAt.ToUnixTimeSeconds()));
        audit.Append(connection, entry);
        connection.Commit();
        return null;
    }

    /// <summary>The sealed number that an open code of this session was sent to; null if none is open.</summary>
    public byte[]? FindPending(byte[] askedBy, string personId, int maxTries, DateTimeOffset now)
    {
        using var connection = control.Open();
        using var command = connection.Command(
            "SELECT sealed_number FROM phone_code WHERE asked_by = @by AND person_id = @person AND used_at IS NULL AND tries < @most AND expires_at > @now",
            ("@by", askedBy), ("@person", personId), ("@most", maxTries), ("@now", now.ToUnixTimeSeconds()));
        return command.ExecuteScalar() as byte[];
    }

    /// <summary>Counts a try and, if the code is right, uses it up: of any number of callers at once, one is right.</summary>
    public bool Use(byte[] askedBy, string personId, byte[] codeMac, int maxTries, DateTimeOffset now)
    {
        using var connection = control.Open();
        return Use(connection, askedBy, personId, codeMac, maxTries, now) is not null;
    }

    /// <summary>The same for a number that is to be added: with the right code it is the person's.</summary>
    public bool Add(byte[] askedBy, string personId, byte[] codeMac, int maxTries, DateTimeOffset now, AuditEntry entry)
    {
        using var connection = control.Open();
        connection.Begin();
        var number = Use(connection, askedBy, personId, codeMac, maxTries, now);
        if (number is not null)
        {
            connection.Execute(
                """
                INSERT INTO phone (person_id, sealed_number, added_at) VALUES (@person, @sealed, @now)
                ON CONFLICT (person_id) DO UPDATE SET sealed_number = excluded.sealed_number, added_at = excluded.added_at
                """,
                ("@person", personId), ("@sealed", number), ("@now", now.ToUnixTimeSeconds()));
            connection.Execute("DELETE FROM phone_code WHERE person_id = @person", ("@person", personId));
            audit.Append(connection, entry);
        }

        // A wrong try counts, too.
        connection.Commit();
        return number is not null;
    }

    /// <summary>Takes the number away, with every code on its way to it.</summary>
    /// <returns>False if there was none.</returns>
    public bool Remove(string personId)
    {
        using var connection = control.Open();
        connection.Begin();
        connection.Execute("DELETE FROM phone_code WHERE person_id = @person", ("@person", personId));
        var removed = connection.Execute("DELETE FROM phone WHERE person_id = @person", ("@person", personId)) == 1;
        connection.Commit();
        return removed;
    }

    /// <summary>Seals every number anew, in the caller's transaction, and forgets the codes: their MACs are under the other key.</summary>
    public static void Reseal(ControlConnection connection, Func<byte[], string, byte[]> reseal)
    {
        var numbers = new List<(string Person, byte[] Sealed)>();
        using (var command = connection.Command("SELECT person_id, sealed_number FROM phone"))
        using (var rows = command.ExecuteReader())
        {
            while (rows.Read())
            {
                numbers.Add((rows.GetString(0), rows.GetFieldValue<byte[]>(1)));
            }
        }

        foreach (var (person, number) in numbers)
        {
            connection.Execute("UPDATE phone SET sealed_number = @number WHERE person_id = @person", ("@number", reseal(number, person)), ("@person", person));
        }

        connection.Execute("DELETE FROM phone_code");
    }

    private static byte[]? Use(ControlConnection connection, byte[] askedBy, string personId, byte[] codeMac, int maxTries, DateTimeOffset now)
    {
        using var command = connection.Command(
            """
            UPDATE phone_code SET tries = tries + 1, used_at = CASE WHEN code_mac = @mac THEN @now END
            WHERE asked_by = @by AND person_id = @person AND used_at IS NULL AND tries < @most AND expires_at > @now
            RETURNING CASE WHEN used_at IS NOT NULL THEN sealed_number END
            """,
            ("@by", askedBy), ("@person", personId), ("@mac", codeMac), ("@most", maxTries), ("@now", now.ToUnixTimeSeconds()));
        return command.ExecuteScalar() as byte[];
    }

    private static TimeSpan WaitOf(ControlConnection connection, PhoneCodeRow code, TimeSpan pause, long now)
    {
        using var command = connection.Command(
            """
            SELECT coalesce(max(sent_at) FILTER (WHERE person_id = @person OR number_mac = @number), 0), coalesce(min(sent_at), 0) FROM phone_message
            """,
            ("@person", code.PersonId), ("@number", code.NumberMac));
        using var row = command.ExecuteReader();
        row.Read();
        var ofPause = row.GetInt64(0) + (long)pause.TotalSeconds - now;
        return TimeSpan.FromSeconds(ofPause > 0 ? ofPause : row.GetInt64(1) + (long)Day.TotalSeconds - now);
    }
}
