using Microsoft.Data.Sqlite;
using WorkspaceServer.Vault.Databases;

namespace WorkspaceServer.Workspaces;

/// <summary>Keeps a writer's log short: a little of it within a commit, much of it on a connection of its own, beside the writer.</summary>
/// <remarks>
/// So whoever writes a little never waits for more than <see cref="MaxPagesInCommit"/> pages, however long a backup held the log. Whoever writes much copies as much again, or the
/// log of a long import would grow faster than it is copied.
/// </remarks>
/// <param name="open">Opens the file a second time, for the copying beside.</param>
internal sealed class LogKeeper(Func<SqliteConnection> open) : IAsyncDisposable
{
    /// <summary>Below this nothing is copied; SQLite's own bound.</summary>
    public const int MinPages = 1_000;

    /// <summary>What a commit of less than <see cref="MinPages"/> copies at most, in pages of 4 KiB.</summary>
    public const int MaxPagesInCommit = 2_000;

    /// <summary>A log this long is copied by whoever writes much, all of it: 512 MiB. Only a backup that held it for long makes one.</summary>
    private const int MaxPages = 131_072;

    private Task beside = Task.CompletedTask;
    private int triedAt;
    private int lastPages;
    private int lastSalt;

    /// <summary>The most that a commit of less than <see cref="MinPages"/> copied so far, in pages.</summary>
    public int MostInCommit { get; private set; }

    /// <summary>How often much was copied beside the writer.</summary>
    public int Besides { get; private set; }

    /// <summary>After each commit, on the writer's thread.</summary>
    public void AfterCommit(SqliteConnection writer)
    {
        var (pages, copied, salt) = LogCheckpoint.State(writer);
        if (salt != lastSalt)
        {
            // The log was begun anew.
            (triedAt, lastPages, lastSalt) = (0, 0, salt);
        }

        var written = pages - lastPages;
        lastPages = pages;
        // What was tried in vain is tried again when there is that much more: somebody may hold the log for long.
        if (pages - copied < MinPages || pages - triedAt < MinPages || !beside.IsCompleted)
        {
            return;
        }

        triedAt = pages;
        if (pages - copied > Limit(written, pages))
        {
            Besides++;
            beside = Task.Run(CopyBeside);
            return;
        }

        LogCheckpoint.Copy(writer);
        MostInCommit = written < MinPages ? Math.Max(MostInCommit, LogCheckpoint.State(writer).Copied - copied) : MostInCommit;
    }

    private static int Limit(int written, int pages) => written < MinPages ? MaxPagesInCommit : pages > MaxPages ? int.MaxValue : 2 * written;

    public async ValueTask DisposeAsync() => await beside;

    private void CopyBeside()
    {
        try
        {
            using var connection = open();
            LogCheckpoint.TakeOver(connection);
            LogCheckpoint.Copy(connection);
        }
        catch (Exception error) when (error is SqliteException or Vault.VaultException)
        {
            // Nothing is lost: the log has it all, and the next commits try again. What is wrong with the file is said to whoever uses it.
        }
    }
}
