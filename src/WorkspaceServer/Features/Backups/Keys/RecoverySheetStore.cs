using WorkspaceServer.Control;

namespace WorkspaceServer.Features.Backups.Keys;

/// <summary>All SQL of recovery sheets that somebody showed to have on paper. Table: recovery_sheet. Schema: Control/Migrations/0018.</summary>
internal sealed class RecoverySheetStore(ControlDatabase control)
{
    /// <param name="record">Writes the audit row, in the same transaction.</param>
    public void Confirm(string code, DateTimeOffset now, Action<ControlConnection> record)
    {
        using var connection = control.Open();
        connection.Begin();
        connection.Execute("INSERT INTO recovery_sheet (code, confirmed_at) VALUES (@code, @now)", ("@code", code), ("@now", now.ToUnixTimeMilliseconds()));
        record(connection);
        connection.Commit();
    }

    /// <summary>The last sheet that was shown, or null.</summary>
    public (string Code, DateTimeOffset At)? Last()
    {
        using var connection = control.Open();
        using var command = connection.Command("SELECT code, confirmed_at FROM recovery_sheet ORDER BY id DESC LIMIT 1");
        using var rows = command.ExecuteReader();
        return rows.Read() ? (rows.GetString(0), DateTimeOffset.FromUnixTimeMilliseconds(rows.GetInt64(1))) : null;
    }
}
