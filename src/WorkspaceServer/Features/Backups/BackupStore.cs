using System.Text.Json;
using Microsoft.Data.Sqlite;
using WorkspaceServer.Control;
using WorkspaceServer.Features.Backups.Generations;

namespace WorkspaceServer.Features.Backups;

/// <summary>One attempt to make a backup.</summary>
/// <param name="Outcome">"running", "ok" or a problem code.</param>
internal sealed record BackupRun(
    string Id, DateTimeOffset StartedAt, DateTimeOffset? FinishedAt, string Outcome, string? Message, long Files, long Kept, long Bytes);

/// <summary>What the server remembers of a file's last whole upload.</summary>
internal sealed record RememberedFile(BackedUpFile Entry, string Fingerprint);

/// <summary>All SQL of the backups. Tables: backup_run, backup_file, backup_signer, backup_recipients. Schema: Control/Migrations/0010, 0015, 0018.</summary>
internal sealed class BackupStore(ControlDatabase control)
{
    private const string Runs = "SELECT id, started_at, finished_at, outcome, message, files, kept, bytes FROM backup_run ";

    public void Begin(string id, DateTimeOffset now)
    {
        using var connection = control.Open();
        connection.Execute(
            "INSERT INTO backup_run (id, started_at, outcome) VALUES (@id, @now, 'running')", ("@id", id), ("@now", now.ToUnixTimeMilliseconds()));
    }

    /// <summary>Notes that a backup is in the store, and what of each file.</summary>
    /// <param name="files">Those of which something else is remembered than before.</param>
    /// <param name="message">What could not be saved, though the backup is there.</param>
    /// <param name="record">Writes the audit row, in the same transaction.</param>
    public void Finish(Generation done, (long Files, long Kept, long Bytes) counts, string? message, IReadOnlyList<RememberedFile> files, Action<ControlConnection> record)
    {
        using var connection = control.Open();
        connection.Begin();
        connection.Execute(
            "UPDATE backup_run SET finished_at = @at, outcome = 'ok', message = nullif(@message, ''), files = @files, kept = @kept, bytes = @bytes WHERE id = @id",
            ("@at", done.FinishedAt), ("@message", message), ("@files", counts.Files), ("@kept", counts.Kept), ("@bytes", counts.Bytes), ("@id", done.Id));
        foreach (var file in files)
        {
            connection.Execute(
                "INSERT INTO backup_file (file, entry, fingerprint) VALUES (@file, @entry, @print) ON CONFLICT DO UPDATE SET entry = @entry, fingerprint = @print",
                ("@file", file.Entry.File), ("@entry", JsonSerializer.Serialize(file.Entry, GenerationShelf.Json)), ("@print", file.Fingerprint));
        }

        record(connection);
        connection.Commit();
    }

    /// <param name="record">Writes the audit row, in the same transaction.</param>
    public void Fail(string id, string outcome, string message, DateTimeOffset now, Action<ControlConnection> record)
    {
        using var connection = control.Open();
        connection.Begin();
        connection.Execute(
            "UPDATE backup_run SET finished_at = @now, outcome = @outcome, message = @message WHERE id = @id",
            ("@now", now.ToUnixTimeMilliseconds()), ("@outcome", outcome), ("@message", message), ("@id", id));
        record(connection);
        connection.Commit();
    }

    /// <summary>By file: its last whole upload.</summary>
    public IReadOnlyDictionary<string, RememberedFile> Files()
    {
        using var connection = control.Open();
        using var command = connection.Command("SELECT file, entry, fingerprint FROM backup_file");
        using var rows = command.ExecuteReader();
        var files = new Dictionary<string, RememberedFile>(StringComparer.Ordinal);
        while (rows.Read())
        {
            files.Add(rows.GetString(0), new RememberedFile(JsonSerializer.Deserialize<BackedUpFile>(rows.GetString(1), GenerationShelf.Json)!, rows.GetString(2)));
        }

        return files;
    }

    /// <summary>The last whole upload of one file, or null.</summary>
    public BackedUpFile? Find(string file)
    {
        using var connection = control.Open();
        using var command = connection.Command("SELECT entry FROM backup_file WHERE file = @file", ("@file", file));
        return command.ExecuteScalar() is string entry ? JsonSerializer.Deserialize<BackedUpFile>(entry, GenerationShelf.Json) : null;
    }

    /// <summary>The newest attempts, newest first.</summary>
    public IReadOnlyList<BackupRun> Recent(int limit) => All(Runs + "ORDER BY started_at DESC LIMIT @limit", ("@limit", limit));

    /// <summary>The newest whole backup that is in the store and can be restored with the present master key, or null.</summary>
    public BackupRun? LastWhole() => First(Runs + "WHERE outcome = 'ok' AND started_at > coalesce((SELECT max(until) FROM backup_signer), 0) ORDER BY started_at DESC LIMIT 1");

    /// <summary>The newest attempt at a whole backup, or null.</summary>
    public BackupRun? LastAttempt() => First(Runs + "ORDER BY started_at DESC LIMIT 1");

    /// <summary>Ids of older attempts that made no backup.</summary>
    public IReadOnlyList<string> Unfinished(DateTimeOffset before) =>
        [.. All(Runs + "WHERE outcome <> 'ok' AND started_at < @before", ("@before", before.ToUnixTimeMilliseconds())).Select(run => run.Id)];

    /// <summary>Forgets attempts that are older.</summary>
    public void Forget(DateTimeOffset before)
    {
        using var connection = control.Open();
        connection.Execute("DELETE FROM backup_run WHERE started_at < @before", ("@before", before.ToUnixTimeMilliseconds()));
    }

    /// <summary>The workspaces that a control database knows, as of the moment at which it is held.</summary>
    public static IReadOnlyList<string> WorkspacesIn(SqliteConnection held)
    {
        using var command = held.CreateCommand();
        command.CommandText = "SELECT id FROM workspace WHERE deleted_at IS NULL OR held_until IS NOT NULL ORDER BY id";
        using var rows = command.ExecuteReader();
        var ids = new List<string>();
        while (rows.Read())
        {
            ids.Add(rows.GetString(0));
        }

        return ids;
    }

    /// <summary>Whom the newest whole backup, or the attempt at it, is encrypted to; null if none was made since that is noted.</summary>
    public IReadOnlyList<string>? Recipients()
    {
        using var connection = control.Open();
        using var command = connection.Command("SELECT recipients FROM backup_recipients ORDER BY id DESC LIMIT 1");
        return command.ExecuteScalar() is string text ? JsonSerializer.Deserialize<string[]>(text) : null;
    }

    /// <summary>Notes whom backups are encrypted to from now on, and that every file must be uploaded anew.</summary>
    /// <param name="record">Writes the audit row, in the same transaction.</param>
    public void NoteRecipients(IReadOnlyList<string> recipients, DateTimeOffset now, Action<ControlConnection> record)
    {
        using var connection = control.Open();
        connection.Begin();
        connection.Execute(
            "INSERT INTO backup_recipients (noted_at, recipients) VALUES (@now, @text)", ("@now", now.ToUnixTimeMilliseconds()), ("@text", JsonSerializer.Serialize(recipients)));
        connection.Execute("DELETE FROM backup_file");
        record(connection);
        connection.Commit();
    }

    /// <summary>Public keys that signed backups before the master key was replaced.</summary>
    public static IReadOnlyList<byte[]> EarlierSigners(ControlDatabase control)
    {
        using var connection = control.Open();
        using var command = connection.Command("SELECT public_key FROM backup_signer");
        using var rows = command.ExecuteReader();
        var keys = new List<byte[]>();
        while (rows.Read())
        {
            keys.Add(rows.GetFieldValue<byte[]>(0));
        }

        return keys;
    }

    /// <summary>Remembers who signed backups until now, and that every file must be uploaded anew, in the caller's transaction.</summary>
    public static void ReplaceSigner(ControlConnection connection, byte[] publicKey, DateTimeOffset now)
    {
        connection.Execute(
            "INSERT INTO backup_signer (public_key, until) VALUES (@key, @now) ON CONFLICT DO UPDATE SET until = @now", ("@key", publicKey), ("@now", now.ToUnixTimeMilliseconds()));
        connection.Execute("DELETE FROM backup_file");
    }

    private BackupRun? First(string sql) => All(sql) is [var first, ..] ? first : null;

    private List<BackupRun> All(string sql, params ReadOnlySpan<(string, object?)> values)
    {
        using var connection = control.Open();
        using var command = connection.Command(sql, values);
        using var rows = command.ExecuteReader();
        var runs = new List<BackupRun>();
        while (rows.Read())
        {
            runs.Add(new BackupRun(
                rows.GetString(0), DateTimeOffset.FromUnixTimeMilliseconds(rows.GetInt64(1)), rows.IsDBNull(2) ? null : DateTimeOffset.FromUnixTimeMilliseconds(rows.GetInt64(2)),
                rows.GetString(3), rows.IsDBNull(4) ? null : rows.GetString(4), rows.GetInt64(5), rows.GetInt64(6), rows.GetInt64(7)));
        }

        return runs;
    }
}
