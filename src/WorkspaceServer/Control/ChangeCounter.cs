using System.Globalization;

namespace WorkspaceServer.Control;

/// <summary>Tells caches of authority, in every process, when to look again: the number rises with each change of a token or workspace.</summary>
internal sealed class ChangeCounter(ControlDatabase control, TimeProvider clock)
{
    /// <summary>How old the number may be. A revocation by another process is felt after at most this.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromMilliseconds(250);

    private readonly Lock gate = new();
    private long revision;
    private long? readAt;

    public long Current
    {
        get
        {
            lock (gate)
            {
                if (readAt is not { } at || clock.GetElapsedTime(at) >= MaxAge)
                {
                    readAt = clock.GetTimestamp();
                    revision = Read();
                }

                return revision;
            }
        }
    }

    /// <summary>Makes the next look a fresh one, after a change of this process's own.</summary>
    public void Changed()
    {
        lock (gate)
        {
            readAt = null;
        }
    }

    private long Read()
    {
        using var connection = control.Open();
        using var command = connection.Command("SELECT revision FROM change_counter");
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }
}
