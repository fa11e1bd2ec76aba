using Microsoft.Data.Sqlite;
using WorkspaceServer.Vault.Databases;

namespace WorkspaceServer.Workspaces;

/// <summary>Keeps a writer's log short: a little of it within a commit, much of it on a connection of its own, beside the writer.</summary>
/// <remarks>So whoever writes never waits for more than <see cref="MaxPagesInCommit"/> pages, however long a backup held the log.</remarks>
/// <param name="open">Opens the file a second time, for the copying beside.</param>
internal sealed class LogKeeper(Func<SqliteConnection> open) : IAsyncDisposable
{
    /// <summary>Below this nothing is copied; SQLite's own bound.</summary>
    public const int MinPages = 1_000;

    /// <summary>What one commit copies at most, in pages of 4 KiB.</summary>
    public const int MaxPagesInCommit = 2_000;

    private Task beside = Task.CompletedTask;
    private int triedAt;

    /// <summary>The most that a commit copied so far, in pages.</summary>
    public int MostInCommit { get; private set; }

    /// <summary>How often much was copied beside the writer.</summary>
    public int Besides { get; private set; }

    /// <summary>After each commit, on the writer's thread.</summary>
    public void AfterCommit(SqliteConnection writer)
    {
        var (pages, copied) = LogCheckpoint.State(writer);
        if (pages < triedAt)
        {
            // The log was begun anew.
            triedAt = 0;
        }

        // What was tried in vain is tried again when there is that much more: somebody may hold the log for long.
        if (pages - copied < MinPages || pages - triedAt < MinPages || !beside.IsCompleted)
        {
            return;
        }

        triedAt = pages;
        if (pages - copied > MaxPagesInCommit)
        {
            Besides++;
            beside = Task.Run(CopyBeside);
            return;
        }

        LogCheckpoint.Copy(writer);
        MostInCommit = Math.Max(MostInCommit, LogCheckpoint.State(writer).Copied - copied);
    }

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
