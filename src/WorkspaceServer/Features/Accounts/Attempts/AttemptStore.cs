using System.Globalization;
using WorkspaceServer.Control;

namespace WorkspaceServer.Features.Accounts.Attempts;

/// <summary>All SQL about tries that may be guesses. Table: attempt. Schema: Control/Migrations/0005.</summary>
internal sealed class AttemptStore(ControlDatabase control)
{
    /// <summary>Counts a try before it is made: 1, 2, 4, 8 … seconds until the next, and from the last step on a long lock.</summary>
    /// <returns>Null if it may be made, else from when on the next one may.</returns>
    public DateTimeOffset? Begin(byte[] key, DateTimeOffset now, int freeSteps, TimeSpan longLock, TimeSpan forgetAfter)
    {
        using var connection = control.Open();
        var admitted = connection.Execute(
            """
            INSERT INTO attempt (key_sha256, failures, blocked_until, last_at) VALUES (@key, 1, @from + 1, @now)
            ON CONFLICT (key_sha256) DO UPDATE SET
                failures = CASE WHEN last_at < @forget THEN 1 ELSE failures + 1 END,
                blocked_until = @from + CASE WHEN last_at < @forget THEN 1 WHEN failures >= @steps THEN @long ELSE 1 << failures END,
                last_at = @now
            WHERE blocked_until <= @now
            """,
            ("@key", key),
            ("@now", now.ToUnixTimeSeconds()),
            ("@from", (now + TimeSpan.FromSeconds(1) - TimeSpan.FromTicks(1)).ToUnixTimeSeconds()), // rounded up: no pause is shorter than it says
            ("@forget", (now - forgetAfter).ToUnixTimeSeconds()),
            ("@steps", freeSteps),
            ("@long", (long)longLock.TotalSeconds));
        if (admitted == 1)
        {
            return null;
        }

        using var command = connection.Command("SELECT blocked_until FROM attempt WHERE key_sha256 = @key", ("@key", key));
        return command.ExecuteScalar() is { } until ? DateTimeOffset.FromUnixTimeSeconds(Convert.ToInt64(until, CultureInfo.InvariantCulture)) : null;
    }

    public void Forget(byte[] key)
    {
        using var connection = control.Open();
        connection.Execute("DELETE FROM attempt WHERE key_sha256 = @key", ("@key", key));
    }

    public void ForgetBefore(DateTimeOffset time)
    {
        using var connection = control.Open();
        connection.Execute("DELETE FROM attempt WHERE last_at < @time", ("@time", time.ToUnixTimeSeconds()));
    }
}
