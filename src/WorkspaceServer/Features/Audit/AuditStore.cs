using System.Globalization;
using Microsoft.Data.Sqlite;
using WorkspaceServer.Control;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Audit;

/// <summary>All SQL of the audit log. Tables: audit_entry, audit_name, audit_head, audit_cut, audit_key. Schema: Control/Migrations/0003, 0015.</summary>
internal sealed class AuditStore(ControlDatabase control, AuditChain chain)
{
    private const string Rows =
        """
        SELECT seq, at, audit_entry.actor_kind, audit_entry.actor_id, actor_name, action, target_kind, target_id, workspace_id, request_id, ip, user_agent,
            outcome, details, coalesce(audit_name.name, ''), audit_entry.mac
        FROM audit_entry LEFT JOIN audit_name ON audit_name.number = audit_entry.actor_name
        WHERE 
        """;

    private const string Filters =
        """
        (@actor IS NULL OR audit_entry.actor_id = @actor) AND (@workspace IS NULL OR workspace_id = @workspace) AND (@action IS NULL OR action = @action)
            AND (@request IS NULL OR request_id = @request) AND (@since IS NULL OR +at >= @since) AND (@until IS NULL OR +at < @until)
            AND seq < @before
        """;

    private const string NewestFirst = " ORDER BY seq DESC LIMIT @limit";

    // One statement for each index; which one serves a filter is decided in Find.
    internal const string ByActor = Rows + "audit_entry.actor_id = @actor AND " + Filters + NewestFirst;
    internal const string ByWorkspace = Rows + "workspace_id = @workspace AND " + Filters + NewestFirst;
    internal const string ByAction = Rows + "action = @action AND " + Filters + NewestFirst;
    internal const string ByTime = Rows + "at >= @since AND at < coalesce(@until, 9223372036854775807) AND " + Filters + " ORDER BY at DESC, seq DESC LIMIT @limit";
    internal const string All = Rows + Filters + NewestFirst;
    internal const string OnwardInWorkspace = Rows + "workspace_id = @workspace AND seq > @after AND " + Filters + " ORDER BY seq LIMIT @limit";
    internal const string Onward = Rows + "seq > @after AND " + Filters + " ORDER BY seq LIMIT @limit";

    // What a person did, and what was done to their account; each half has its index, and neither reads further than a page.
    internal const string OnwardOfPerson = Rows +
        """
        seq IN (
            SELECT seq FROM (SELECT seq FROM audit_entry WHERE actor_id = @person AND actor_kind = 'person' AND seq > @after AND seq <= @through ORDER BY seq LIMIT @limit)
            UNION
            SELECT seq FROM (SELECT seq FROM audit_entry WHERE target_id = @person AND target_kind = 'person' AND seq > @after AND seq <= @through ORDER BY seq LIMIT @limit))
        ORDER BY seq LIMIT @limit
        """;

    /// <summary>Adds rows in the caller's transaction, which it began; they are there if and only if it commits.</summary>
    /// <param name="entries">Everything but the number and the name's number.</param>
    /// <returns>Where the chain stands then.</returns>
    /// <exception cref="ProblemException">Somebody without the key changed the end of the log; nothing is added to such a one.</exception>
    public ChainPoint Append(ControlConnection connection, IEnumerable<(AuditRow Row, AuditActor Actor)> entries)
    {
        var point = Head(connection);
        using var insert = connection.Command(
            """
            INSERT INTO audit_entry (seq, at, actor_kind, actor_id, actor_name, action, target_kind, target_id, workspace_id, request_id, ip, user_agent, outcome, details, mac)
            VALUES (@seq, @at, @kind, @actor, @name, @action, @target_kind, @target, @workspace, @request, @ip, @agent, @outcome, @details, @mac)
            """);
        var names = new Dictionary<AuditActor, long>();
        foreach (var (entry, actor) in entries)
        {
            if (!names.TryGetValue(actor, out var name))
            {
                names.Add(actor, name = NumberOf(connection, actor));
            }

            var row = entry with { Seq = point.Seq + 1, NameNumber = name };
            point = new ChainPoint(row.Seq, chain.OfRow(point.RowMac, row));
            Bind(insert, row, point.RowMac);
            insert.ExecuteNonQuery();
        }

        connection.Execute(
            "INSERT INTO audit_head (only_row, seq, row_mac, mac) VALUES (1, @seq, @row, @mac) ON CONFLICT DO UPDATE SET seq = @seq, row_mac = @row, mac = @mac",
            ("@seq", point.Seq),
            ("@row", point.RowMac),
            ("@mac", chain.OfHead(point)));
        return point;
    }

    /// <summary>The last row's place.</summary>
    /// <exception cref="ProblemException">The record of it was changed without the key.</exception>
    public ChainPoint Head(ControlConnection connection) => TryHead(connection) ?? throw new ProblemException(
        ProblemCodes.Corrupt, "The end of the audit log was changed by somebody who has no key to it, so nothing privileged is done. Run: workspace-server audit verify");

    /// <summary>The last row's place; null if the record of it was changed without the key.</summary>
    public ChainPoint? TryHead(ControlConnection connection)
    {
        using var command = connection.Command("SELECT seq, row_mac, mac FROM audit_head");
        using var rows = command.ExecuteReader();
        if (!rows.Read())
        {
            return HasRows(connection) ? null : ChainPoint.Start;
        }

        var point = new ChainPoint(rows.GetInt64(0), rows.GetFieldValue<byte[]>(1));
        return chain.OfHead(point).AsSpan().SequenceEqual(rows.GetFieldValue<byte[]>(2)) ? point : null;
    }

    /// <summary>The latest cut, or null. Its MAC is checked by <see cref="AuditVerifier"/>.</summary>
    public static (ChainCut Cut, byte[] Mac)? Cut(ControlConnection connection)
    {
        using var command = connection.Command("SELECT seq, row_mac, at, cutoff, mac FROM audit_cut ORDER BY seq DESC LIMIT 1");
        using var rows = command.ExecuteReader();
        return rows.Read()
            ? (new ChainCut(new ChainPoint(rows.GetInt64(0), rows.GetFieldValue<byte[]>(1)), rows.GetInt64(2), rows.GetInt64(3)), rows.GetFieldValue<byte[]>(4))
            : null;
    }

    /// <summary>The MAC of one row, or null if there is no such row.</summary>
    public static byte[]? MacOf(ControlConnection connection, long seq)
    {
        using var command = connection.Command("SELECT mac FROM audit_entry WHERE seq = @seq", ("@seq", seq));
        return command.ExecuteScalar() as byte[];
    }

    /// <summary>The newest rows that fit, newest first.</summary>
    public IReadOnlyList<StoredAuditRow> Find(AuditFilter filter, int limit)
    {
        using var connection = control.Open();
        using var command = connection.Command(
            filter.ActorId is not null ? ByActor : filter.WorkspaceId is not null ? ByWorkspace : filter.Action is not null ? ByAction : filter.Since is not null ? ByTime : All,
            filter.Parameters(limit));
        return [.. Read(command)];
    }

    /// <summary>Rows that fit, oldest first, after a given one; for walks over many.</summary>
    public IReadOnlyList<StoredAuditRow> Next(AuditFilter filter, long after, int limit)
    {
        using var connection = control.Open();
        using var command = connection.Command(filter.WorkspaceId is null ? Onward : OnwardInWorkspace, [.. filter.Parameters(limit), ("@after", after)]);
        return [.. Read(command)];
    }

    /// <summary>Rows about a person, oldest first: those of what they did, and of what was done to their account.</summary>
    /// <param name="after">Only rows with a larger number.</param>
    /// <param name="through">The last number to look at.</param>
    public IReadOnlyList<StoredAuditRow> NextOf(string person, long after, long through, int limit)
    {
        using var connection = control.Open();
        using var command = connection.Command(OnwardOfPerson, ("@person", person), ("@after", after), ("@through", through), ("@limit", limit));
        return [.. Read(command)];
    }

    /// <summary>The number of the newest row; 0 if there is none.</summary>
    public long Newest()
    {
        using var connection = control.Open();
        return Head(connection).Seq;
    }

    /// <summary>Every row, oldest first, read in one snapshot.</summary>
    public static IEnumerable<StoredAuditRow> Walk(ControlConnection connection)
    {
        using var command = connection.Command(Onward, [.. new AuditFilter().Parameters(-1), ("@after", long.MinValue)]);
        foreach (var row in Read(command))
        {
            yield return row;
        }
    }

    /// <summary>Numbers of the names whose MAC is wrong.</summary>
    public IReadOnlyList<long> WrongNames(ControlConnection connection)
    {
        using var command = connection.Command("SELECT number, actor_kind, actor_id, name, mac FROM audit_name");
        using var rows = command.ExecuteReader();
        var wrong = new List<long>();
        while (rows.Read())
        {
            var actor = new AuditActor(rows.GetString(1), rows.GetString(2), rows.GetString(3));
            if (!chain.OfName(rows.GetInt64(0), actor).AsSpan().SequenceEqual(rows.GetFieldValue<byte[]>(4)))
            {
                wrong.Add(rows.GetInt64(0));
            }
        }

        return wrong;
    }

    /// <summary>Replaces every name that this actor ever had, in the caller's transaction. The rows stay, and so does the chain.</summary>
    public void Pseudonymise(ControlConnection connection, string kind, string id, string pseudonym)
    {
        foreach (var number in Numbers(connection, kind, id))
        {
            connection.Execute(
                "UPDATE audit_name SET name = @name, mac = @mac WHERE number = @number",
                ("@name", pseudonym),
                ("@mac", chain.OfName(number, new AuditActor(kind, id, pseudonym))),
                ("@number", number));
        }
    }

    /// <summary>The last row about a sweep: when it was, and up to which row it meant to remove; null if there was none.</summary>
    public (long At, long Through, long Cutoff)? LastSweep()
    {
        using var connection = control.Open();
        using var command = connection.Command(
            "SELECT at, details ->> 'through', details ->> 'cutoff_ms' FROM audit_entry WHERE action = @action ORDER BY seq DESC LIMIT 1", ("@action", AuditActions.AuditSwept.Name));
        using var rows = command.ExecuteReader();
        return rows.Read() ? (rows.GetInt64(0), rows.GetInt64(1), rows.GetInt64(2)) : null;
    }

    /// <summary>Number of the last row before the first one that is younger than the cutoff, in the order in which they were written.</summary>
    public long LastOlderThan(long cutoff)
    {
        using var connection = control.Open();
        using var command = connection.Command(
            """
            SELECT coalesce(
                (SELECT seq FROM audit_entry WHERE +at >= @cutoff ORDER BY seq LIMIT 1),
                (SELECT max(seq) FROM audit_entry) + 1,
                1) - 1
            """,
            ("@cutoff", cutoff));
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    /// <summary>Removes the oldest rows, at most so many of them, and leaves a cut mark; one transaction.</summary>
    /// <returns>False if nothing was left to remove.</returns>
    public bool RemoveOldest(long through, long cutoff, long now, int maxRows)
    {
        using var connection = control.OpenForSweep();
        connection.Begin();
        var last = Math.Min(through, (Cut(connection)?.Cut.Point.Seq ?? 0) + maxRows);
        if (MacOf(connection, last) is not { } mac)
        {
            return false;
        }

        var cut = new ChainCut(new ChainPoint(last, mac), now, cutoff);
        connection.Execute(
            "INSERT INTO audit_cut (seq, row_mac, at, cutoff, mac) VALUES (@seq, @row, @at, @cutoff, @mac)",
            ("@seq", last), ("@row", mac), ("@at", now), ("@cutoff", cutoff), ("@mac", chain.OfCut(cut)));
        connection.Execute("DELETE FROM audit_entry WHERE seq <= @last", ("@last", last));
        connection.Execute("DELETE FROM audit_name WHERE NOT EXISTS (SELECT 1 FROM audit_entry WHERE actor_id = audit_name.actor_id AND actor_name = number)");
        connection.Commit();
        return true;
    }

    /// <summary>The last row that was removed; 0 if none was.</summary>
    public long LastRemoved()
    {
        using var connection = control.Open();
        return Cut(connection)?.Cut.Point.Seq ?? 0;
    }

    /// <summary>How many rows there are, by what the log says of its two ends.</summary>
    public long Count()
    {
        using var connection = control.Open();
        return Head(connection).Seq - (Cut(connection)?.Cut.Point.Seq ?? 0);
    }

    /// <summary>The log's key, sealed under the present master key; null if it is derived from that.</summary>
    public static byte[]? CarriedKey(ControlDatabase control)
    {
        using var connection = control.Open();
        using var command = connection.Command("SELECT sealed FROM audit_key");
        return command.ExecuteScalar() as byte[];
    }

    /// <param name="carried">What <see cref="Vault.Keys.AuditMac.CarryTo"/> gave.</param>
    public static void CarryKey(ControlConnection connection, byte[] carried) => connection.Execute(
        "INSERT INTO audit_key (only_row, sealed) VALUES (1, @sealed) ON CONFLICT DO UPDATE SET sealed = @sealed", ("@sealed", carried));

    private static bool HasRows(ControlConnection connection)
    {
        using var command = connection.Command("SELECT 1 FROM audit_entry LIMIT 1");
        return command.ExecuteScalar() is not null;
    }

    private static List<long> Numbers(ControlConnection connection, string kind, string id)
    {
        using var command = connection.Command("SELECT number FROM audit_name WHERE actor_id = @id AND actor_kind = @kind", ("@id", id), ("@kind", kind));
        using var rows = command.ExecuteReader();
        var numbers = new List<long>();
        while (rows.Read())
        {
            numbers.Add(rows.GetInt64(0));
        }

        return numbers;
    }

    private long NumberOf(ControlConnection connection, AuditActor actor)
    {
        using var find = connection.Command(
            "SELECT number FROM audit_name WHERE actor_id = @id AND actor_kind = @kind AND name = @name LIMIT 1", ("@id", actor.Id), ("@kind", actor.Kind), ("@name", actor.Name));
        if (find.ExecuteScalar() is long known)
        {
            return known;
        }

        using var next = connection.Command("SELECT coalesce(max(number), 0) + 1 FROM audit_name");
        var number = (long)next.ExecuteScalar()!;
        connection.Execute(
            "INSERT INTO audit_name (number, actor_kind, actor_id, name, mac) VALUES (@number, @kind, @id, @name, @mac)",
            ("@number", number), ("@kind", actor.Kind), ("@id", actor.Id), ("@name", actor.Name), ("@mac", chain.OfName(number, actor)));
        return number;
    }

    private static void Bind(SqliteCommand insert, AuditRow row, byte[] mac)
    {
        ReadOnlySpan<(string Name, object? Value)> values =
        [
            ("@seq", row.Seq), ("@at", row.At), ("@kind", row.ActorKind), ("@actor", row.ActorId), ("@name", row.NameNumber), ("@action", row.Action),
            ("@target_kind", row.TargetKind), ("@target", row.TargetId), ("@workspace", row.WorkspaceId), ("@request", row.RequestId), ("@ip", row.Ip),
            ("@agent", row.UserAgent), ("@outcome", row.Outcome), ("@details", row.Details), ("@mac", mac),
        ];
        for (var i = 0; i < values.Length; i++)
        {
            if (insert.Parameters.Count == i)
            {
                insert.Parameters.AddWithValue(values[i].Name, null);
            }

            insert.Parameters[i].Value = values[i].Value ?? DBNull.Value;
        }
    }

    private static IEnumerable<StoredAuditRow> Read(SqliteCommand command)
    {
        using var rows = command.ExecuteReader();
        string? Optional(int column) => rows.IsDBNull(column) ? null : rows.GetString(column);
        while (rows.Read())
        {
            var row = new AuditRow(
                rows.GetInt64(0), rows.GetInt64(1), rows.GetString(2), rows.GetString(3), rows.GetInt64(4), rows.GetString(5),
                Optional(6), Optional(7), Optional(8), Optional(9), Optional(10), Optional(11), rows.GetString(12), rows.GetString(13));
            yield return new StoredAuditRow(row, rows.GetString(14), rows.GetFieldValue<byte[]>(15));
        }
    }
}

/// <summary>Which rows; null means any.</summary>
/// <param name="Since">Milliseconds since 1970, UTC, included; until is not included.</param>
/// <param name="Before">Only rows with a smaller number, for the next page.</param>
internal sealed record AuditFilter(
    string? ActorId = null, string? WorkspaceId = null, string? Action = null, string? RequestId = null, long? Since = null, long? Until = null, long Before = long.MaxValue)
{
    public (string Name, object? Value)[] Parameters(int limit) =>
    [
        ("@actor", ActorId), ("@workspace", WorkspaceId), ("@action", Action), ("@request", RequestId), ("@since", Since), ("@until", Until),
        ("@before", Before), ("@limit", limit),
    ];
}
