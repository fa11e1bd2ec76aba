using System.Globalization;
using Microsoft.Data.Sqlite;
using WorkspaceServer.Control;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Backups.Copies;

/// <summary>All SQL about copies that owners ask for. Table: restore_request. Schema: Control/Migrations/0025.</summary>
internal sealed class RestoreRequestStore(ControlDatabase control)
{
    private const string Select =
        """
        SELECT restore_request.id, restore_request.workspace_id, workspace.name, person_id, person.name, person.email, restore_request.name, moment, as_of, asked_at, expires_at,
               started_at, failure, closed_at, outcome, reason, copy_id, as_of <= coalesce((SELECT max(until) FROM backup_signer), 0)
        FROM restore_request JOIN workspace ON workspace.id = restore_request.workspace_id JOIN person ON person.id = restore_request.person_id
        """;

    private const string Open = " closed_at IS NULL AND expires_at > @now ";

    private const string EndByOwner = "UPDATE restore_request SET closed_at = @now, outcome = 'withdrawn', closed_by = @by WHERE id = @id AND workspace_id = @workspace AND" + Open;

    private const string EndByOperator = "UPDATE restore_request SET closed_at = @now, outcome = 'declined', reason = @reason, closed_by = @by WHERE id = @id AND" + Open;

    private const string Begin = "UPDATE restore_request SET started_at = @now, failure = NULL WHERE id = @id AND" + Open;

    private const string Summary = "SELECT count(*) || ' ' || coalesce(max(id), '') || ' ' || total(started_at) || ' ' || count(failure) FROM restore_request WHERE" + Open;

    public ControlConnection Connect() => control.Open();

    /// <summary>Writes it down, and forgets what is long over.</summary>
    /// <param name="most">As many may be asked for of one workspace since <paramref name="countFrom"/>.</param>
    /// <returns>False if one is open already, or too many were asked for.</returns>
    public static bool Add(ControlConnection connection, RestoreRequest request, int most, DateTimeOffset countFrom, DateTimeOffset forgetBefore)
    {
        var workspace = request.Workspace.ToString();
        connection.Execute(
            "DELETE FROM restore_request WHERE workspace_id = @workspace AND closed_at < @before", ("@workspace", workspace), ("@before", forgetBefore.ToUnixTimeSeconds()));
        connection.Execute(
            "UPDATE restore_request SET closed_at = expires_at, outcome = 'lapsed' WHERE workspace_id = @workspace AND closed_at IS NULL AND expires_at <= @now",
            ("@workspace", workspace),
            ("@now", request.AskedAt.ToUnixTimeSeconds()));
        return connection.Execute(
            """
            INSERT INTO restore_request (id, workspace_id, person_id, name, moment, as_of, asked_at, expires_at)
            SELECT @id, @workspace, @person, @name, @moment, @asOf, @now, @expires
            WHERE (SELECT count(*) FROM restore_request WHERE workspace_id = @workspace AND asked_at > @from) < @most
            ON CONFLICT DO NOTHING
            """,
            ("@id", request.Id),
            ("@workspace", workspace),
            ("@person", request.Person),
            ("@name", request.CopyName),
            ("@moment", request.Moment),
            ("@asOf", request.AsOf.ToUnixTimeMilliseconds()),
            ("@now", request.AskedAt.ToUnixTimeSeconds()),
            ("@expires", request.ExpiresAt.ToUnixTimeSeconds()),
            ("@from", countFrom.ToUnixTimeSeconds()),
            ("@most", most)) == 1;
    }

    /// <returns>False if it is not open.</returns>
    public static bool Withdraw(ControlConnection connection, WorkspaceId workspace, string id, string by, DateTimeOffset now) => connection.Execute(
        EndByOwner,
        ("@id", id),
        ("@workspace", workspace.ToString()),
        ("@by", by),
        ("@now", now.ToUnixTimeSeconds())) == 1;

    /// <inheritdoc cref="Withdraw"/>
    public static bool Decline(ControlConnection connection, string id, string reason, string by, DateTimeOffset now) => connection.Execute(
        EndByOperator,
        ("@id", id),
        ("@reason", reason),
        ("@by", by),
        ("@now", now.ToUnixTimeSeconds())) == 1;

    /// <summary>Notes that somebody with the key begins.</summary>
    /// <returns>False if it is not open.</returns>
    public bool Start(string id, DateTimeOffset now)
    {
        using var connection = control.Open();
        return connection.Execute(Begin, ("@id", id), ("@now", now.ToUnixTimeSeconds())) == 1;
    }

    /// <summary>Ends it with the copy. The one statement by which a request makes one copy, whoever runs at the same time; what was begun in time may end later.</summary>
    /// <returns>False if it was ended otherwise meanwhile.</returns>
    public static bool Finish(ControlConnection connection, string id, WorkspaceId copy, DateTimeOffset now) => connection.Execute(
        "UPDATE restore_request SET closed_at = @now, outcome = 'done', copy_id = @copy, closed_by = 'operator' WHERE id = @id AND closed_at IS NULL",
        ("@id", id),
        ("@copy", copy.ToString()),
        ("@now", now.ToUnixTimeSeconds())) == 1;

    /// <summary>Notes that it was tried in vain; it stays open.</summary>
    /// <param name="failure">A code; null if somebody stopped it.</param>
    /// <returns>False if it was ended meanwhile.</returns>
    public static bool Fail(ControlConnection connection, string id, string? failure) => connection.Execute(
        "UPDATE restore_request SET started_at = NULL, failure = @failure WHERE id = @id AND closed_at IS NULL", ("@id", id), ("@failure", failure)) == 1;

    /// <summary>Null if there is none with this id.</summary>
    public RestoreRequest? Find(string id) => All(Select + " WHERE restore_request.id = @id", ("@id", id)) is [var found] ? found : null;

    /// <summary>The newest of a workspace; null if nobody asked lately.</summary>
    public RestoreRequest? Newest(WorkspaceId workspace) => List(workspace, after: null, limit: 1) is [var found] ? found : null;

    /// <summary>Those of a workspace, newest first.</summary>
    /// <param name="after">Only those before this one in time; null for the newest.</param>
    public IReadOnlyList<RestoreRequest> List(WorkspaceId workspace, string? after, int limit) => All(
        Select + " WHERE restore_request.workspace_id = @workspace AND (@after IS NULL OR restore_request.id < @after) ORDER BY restore_request.id DESC LIMIT @limit",
        ("@workspace", workspace.ToString()),
        ("@after", after),
        ("@limit", limit));

    /// <summary>One page of those that wait, oldest first.</summary>
    /// <param name="after">Only those after this id; null for the first.</param>
    public IReadOnlyList<RestoreRequest> ListOpen(DateTimeOffset now, string? after, int limit) => All(
        Select + " WHERE (@after IS NULL OR restore_request.id > @after) AND" + Open + "ORDER BY restore_request.id LIMIT @limit",
        ("@now", now.ToUnixTimeSeconds()),
        ("@after", after),
        ("@limit", limit));

    /// <summary>A short text that is another one when the newest request of the workspace looks different.</summary>
    public string StateOf(WorkspaceId workspace, DateTimeOffset now)
    {
        using var connection = control.Open();
        using var command = connection.Command(
            """
            SELECT id || ' ' || coalesce(outcome, iif(expires_at <= @now, 'lapsed', coalesce(failure, '-'))) || ' ' || coalesce(started_at, '')
            FROM restore_request WHERE workspace_id = @workspace ORDER BY id DESC LIMIT 1
            """,
            ("@workspace", workspace.ToString()),
            ("@now", now.ToUnixTimeSeconds()));
        return command.ExecuteScalar() as string ?? "none";
    }

    /// <summary>The same for all that wait.</summary>
    public string StateOfOpen(DateTimeOffset now)
    {
        using var connection = control.Open();
        using var command = connection.Command(
            Summary, ("@now", now.ToUnixTimeSeconds()));
        return Convert.ToString(command.ExecuteScalar(), CultureInfo.InvariantCulture)!;
    }

    private List<RestoreRequest> All(string sql, params ReadOnlySpan<(string, object?)> values)
    {
        using var connection = control.Open();
        using var command = connection.Command(sql, values);
        using var rows = command.ExecuteReader();
        var list = new List<RestoreRequest>();
        while (rows.Read())
        {
            list.Add(Read(rows));
        }

        return list;
    }

    private static RestoreRequest Read(SqliteDataReader row) => new(
        row.GetString(0),
        WorkspaceId.Parse(row.GetString(1)),
        row.GetString(2),
        row.GetString(3),
        row.GetString(4),
        row.GetString(5),
        row.GetString(6),
        row.GetString(7),
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(8)),
        Seconds(row, 9)!.Value,
        Seconds(row, 10)!.Value,
        Seconds(row, 11),
        row.IsDBNull(12) ? null : row.GetString(12),
        Seconds(row, 13),
        row.IsDBNull(14) ? null : Enum.Parse<RequestState>(row.GetString(14), ignoreCase: true),
        row.IsDBNull(15) ? null : row.GetString(15),
        row.IsDBNull(16) ? null : WorkspaceId.Parse(row.GetString(16)),
        row.GetInt64(17) == 1);

    private static DateTimeOffset? Seconds(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(column));
}
