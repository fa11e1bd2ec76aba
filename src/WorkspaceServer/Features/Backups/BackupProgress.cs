using WorkspaceServer.Hosting.Live;

namespace WorkspaceServer.Features.Backups;

/// <param name="Share">How much is done, 0 to 1.</param>
internal sealed record BackupStep(double Share, string What, DateTimeOffset StartedAt)
{
    /// <summary>How long it still takes if it goes on like this; null as long as nothing can be said.</summary>
    public TimeSpan? LeftAt(DateTimeOffset now) => Share is > 0 and < 1 && now > StartedAt ? (now - StartedAt) * ((1 - Share) / Share) : null;
}

/// <summary>How far the backup has come that this server is making now.</summary>
internal sealed class BackupProgress(Signals signals, TimeProvider clock)
{
    public const string Topic = "backups";

    /// <summary>Pages are told at steps of this share, so that they are not loaded for each file.</summary>
    private const int Steps = 20;

    private volatile BackupStep? now;

    /// <summary>Null while none is being made.</summary>
    public BackupStep? Now => now;

    public void Begin() => Set(new BackupStep(0, "Begins", clock.GetUtcNow()));

    public void Report(double share, string what)
    {
        if (now is { } before)
        {
            var after = before with { Share = share, What = what };
            now = after;
            if ((int)(after.Share * Steps) != (int)(before.Share * Steps))
            {
                signals.Raise(Topic);
            }
        }
    }

    public void End() => Set(null);

    private void Set(BackupStep? step)
    {
        now = step;
        signals.Raise(Topic);
    }
}
