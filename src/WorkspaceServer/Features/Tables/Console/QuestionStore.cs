using Microsoft.Data.Sqlite;
using WorkspaceServer.Control;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Tables.Console;

/// <summary>A statement that a person ran.</summary>
internal sealed record QuestionRun(long Number, string Sql, DateTimeOffset RanAt, string Outcome, int Rows, int Milliseconds);

/// <summary>A statement that everybody in the workspace may take up.</summary>
internal sealed record SavedQuestion(string Id, string Name, string Sql, string SavedBy, string SavedByName, DateTimeOffset SavedAt);

/// <summary>All SQL about questions. Tables: question_run, saved_question. Schema: Control/Migrations/0012.</summary>
internal sealed class QuestionStore(ControlDatabase control, AuditLog audit)
{
    /// <summary>Runs of one person in one workspace that are kept.</summary>
    public const int MaxRuns = 50;

    /// <summary>Saved questions of one workspace.</summary>
    public const int MaxSaved = 200;

    private const string Saved =
        """
        SELECT saved_question.id, saved_question.name, saved_question.sql, saved_question.saved_by, person.name, saved_question.saved_at
        FROM saved_question JOIN person ON person.id = saved_question.saved_by WHERE saved_question.workspace_id = @workspace
        """;

    public void AddRun(WorkspaceId workspace, string person, QuestionRun run)
    {
        using var connection = control.Open();
        connection.Begin();
        connection.Execute(
            """
            INSERT INTO question_run (workspace_id, person_id, sql, ran_at, outcome, row_count, milliseconds)
            VALUES (@workspace, @person, @sql, @at, @outcome, @rows, @ms)
            """,
            ("@workspace", workspace.ToString()),
            ("@person", person),
            ("@sql", run.Sql),
            ("@at", run.RanAt.ToUnixTimeSeconds()),
            ("@outcome", run.Outcome),
            ("@rows", run.Rows),
            ("@ms", run.Milliseconds));
        connection.Execute(
            """
            DELETE FROM question_run WHERE workspace_id = @workspace AND person_id = @person AND number NOT IN (
                SELECT number FROM question_run WHERE workspace_id = @workspace AND person_id = @person ORDER BY number DESC LIMIT @kept)
            """,
            ("@workspace", workspace.ToString()),
            ("@person", person),
            ("@kept", MaxRuns));
        connection.Commit();
    }

    /// <summary>What this person ran here, newest first.</summary>
    public IReadOnlyList<QuestionRun> RunsOf(WorkspaceId workspace, string person, int limit)
    {
        using var connection = control.Open();
        using var command = connection.Command(
            """
            SELECT number, sql, ran_at, outcome, row_count, milliseconds FROM question_run
            WHERE workspace_id = @workspace AND person_id = @person ORDER BY number DESC LIMIT @limit
            """,
            ("@workspace", workspace.ToString()),
            ("@person", person),
            ("@limit", limit));
        using var rows = command.ExecuteReader();
        var list = new List<QuestionRun>();
        while (rows.Read())
        {
            list.Add(new QuestionRun(
                rows.GetInt64(0), rows.GetString(1), DateTimeOffset.FromUnixTimeSeconds(rows.GetInt64(2)), rows.GetString(3), rows.GetInt32(4), rows.GetInt32(5)));
        }

        return list;
    }

    /// <summary>By name.</summary>
    public IReadOnlyList<SavedQuestion> ListSaved(WorkspaceId workspace)
    {
        using var connection = control.Open();
        using var command = connection.Command(Saved + " ORDER BY saved_question.name COLLATE NOCASE", ("@workspace", workspace.ToString()));
        using var rows = command.ExecuteReader();
        var list = new List<SavedQuestion>();
        while (rows.Read())
        {
            list.Add(Read(rows));
        }

        return list;
    }

    public SavedQuestion? FindSaved(WorkspaceId workspace, string id)
    {
        using var connection = control.Open();
        using var command = connection.Command(Saved + " AND saved_question.id = @id", ("@workspace", workspace.ToString()), ("@id", id));
        using var rows = command.ExecuteReader();
        return rows.Read() ? Read(rows) : null;
    }

    /// <returns>False if the name is taken or there are too many.</returns>
    public bool Save(WorkspaceId workspace, SavedQuestion question, AuditEntry entry)
    {
        using var connection = control.Open();
        connection.Begin();
        if (!Add(connection, workspace, question))
        {
            return false;
        }

        audit.Append(connection, entry);
        connection.Commit();
        return true;
    }

    /// <summary>Within the caller's transaction.</summary>
    /// <returns>False if the name is taken or there are too many.</returns>
    public static bool Add(ControlConnection connection, WorkspaceId workspace, SavedQuestion question) => connection.Execute(
        """
        INSERT INTO saved_question (id, workspace_id, name, sql, saved_by, saved_at)
        SELECT @id, @workspace, @name, @sql, @by, @at WHERE (SELECT count(*) FROM saved_question WHERE workspace_id = @workspace) < @most
        ON CONFLICT (workspace_id, name) DO NOTHING
        """,
        ("@id", question.Id),
        ("@workspace", workspace.ToString()),
        ("@name", question.Name),
        ("@sql", question.Sql),
        ("@by", question.SavedBy),
        ("@at", question.SavedAt.ToUnixTimeSeconds()),
        ("@most", MaxSaved)) > 0;

    /// <returns>False if there is none.</returns>
    public bool Forget(WorkspaceId workspace, string id, AuditEntry entry)
    {
        using var connection = control.Open();
        connection.Begin();
        if (connection.Execute("DELETE FROM saved_question WHERE workspace_id = @workspace AND id = @id", ("@workspace", workspace.ToString()), ("@id", id)) == 0)
        {
            return false;
        }

        audit.Append(connection, entry);
        connection.Commit();
        return true;
    }

    private static SavedQuestion Read(SqliteDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(5)));
}
