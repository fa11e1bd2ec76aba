using WorkspaceServer.Control;

namespace WorkspaceServer.Features.Backups.Drills;

/// <param name="RecoverySeconds">From nothing to a server that answers.</param>
internal sealed record Drill(DateTimeOffset At, bool Passed, double RecoverySeconds);

/// <summary>All SQL of practised restores. Tables: drill; reads backup_run. Schema: Control/Migrations/0010, 0016.</summary>
internal sealed class DrillStore(ControlDatabase control)
{
    private const string Drills = """
        WITH known AS (SELECT drilled_at, passed, json_extract(certificate, '$.recovery_time_seconds') AS seconds, json_extract(certificate, '$.sampled_of') AS sampled_of FROM drill)
        SELECT drilled_at, passed, seconds FROM known
        """ + " ";

    /// <param name="record">Writes the audit row, in the same transaction.</param>
    /// <returns>False if it is known already.</returns>
    public bool Add(SignedCertificate signed, DateTimeOffset now, Action<ControlConnection> record)
    {
        using var connection = control.Open();
        connection.Begin();
        if (connection.Execute(
            "INSERT INTO drill (sha256, drilled_at, recorded_at, passed, certificate) VALUES (@sha256, @at, @now, @passed, @text) ON CONFLICT DO NOTHING",
            ("@sha256", signed.Sha256),
            ("@at", signed.Certificate.DrilledAt.ToUnixTimeMilliseconds()),
            ("@now", now.ToUnixTimeMilliseconds()),
            ("@passed", signed.Certificate.Passed ? 1 : 0),
            ("@text", signed.Text)) == 0)
        {
            return false;
        }

        record(connection);
        connection.Commit();
        return true;
    }

    /// <summary>The last drill of all workspaces in which everything came back, or null.</summary>
    public Drill? LastGood() => First(Drills + "WHERE passed = 1 AND sampled_of IS NULL ORDER BY drilled_at DESC LIMIT 1");

    /// <summary>The last drill of a sample of the workspaces in which everything came back, or null.</summary>
    public Drill? LastGoodSample() => First(Drills + "WHERE passed = 1 AND sampled_of IS NOT NULL ORDER BY drilled_at DESC LIMIT 1");

    /// <summary>The last drill in which not everything came back, if none of at least as much was better since; else null.</summary>
    public Drill? LastBad() => First(
        Drills + "WHERE passed = 0 AND NOT EXISTS (SELECT 1 FROM known AS better WHERE better.passed = 1 AND better.drilled_at > known.drilled_at AND (better.sampled_of IS NULL OR known.sampled_of IS NOT NULL)) ORDER BY drilled_at DESC LIMIT 1");

    /// <summary>Since when there are backups that could have been practised with, or null.</summary>
    public DateTimeOffset? BackedUpSince()
    {
        using var connection = control.Open();
        using var command = connection.Command("SELECT min(started_at) FROM backup_run WHERE outcome = 'ok'");
        return command.ExecuteScalar() is long at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;
    }

    private Drill? First(string sql)
    {
        using var connection = control.Open();
        using var command = connection.Command(sql);
        using var rows = command.ExecuteReader();
        return rows.Read() ? new Drill(DateTimeOffset.FromUnixTimeMilliseconds(rows.GetInt64(0)), rows.GetInt64(1) == 1, rows.GetDouble(2)) : null;
    }
}
