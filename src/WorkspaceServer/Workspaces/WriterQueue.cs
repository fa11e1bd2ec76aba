using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using WorkspaceServer.Vault.Databases;

namespace WorkspaceServer.Workspaces;

/// <summary>A workspace's one writer: jobs in their order, those that wait together in one transaction (group commit).</summary>
/// <remarks>A job that throws undoes its own work only. A job is answered after its transaction is durable.</remarks>
internal sealed class WriterQueue : IAsyncDisposable
{
    /// <summary>Jobs that may wait; then callers wait to add more.</summary>
    private const int MaxWaitingJobs = 256;

    /// <summary>Jobs that share one transaction.</summary>
    private const int MaxJobsPerCommit = 64;

    private readonly Channel<Job> jobs = Channel.CreateBounded<Job>(MaxWaitingJobs);
    private readonly Func<SqliteConnection> open;
    private readonly LogKeeper log;
    private readonly Task loop;

    /// <param name="open">Opens the file for writing, when the first job comes.</param>
    public WriterQueue(Func<SqliteConnection> open)
    {
        this.open = open;
        log = new LogKeeper(open);
        loop = Task.Run(RunAsync);
    }

    /// <summary>What keeps the log short.</summary>
    public LogKeeper Log => log;

    /// <summary>Runs <paramref name="work"/> on the writer's connection and returns when it is committed.</summary>
    public async Task<T> RunAsync<T>(Func<SqliteConnection, T> work, CancellationToken cancel)
    {
        var job = new Job<T>(work);
        await jobs.Writer.WriteAsync(job, cancel);
        return await job.Done.Task;
    }

    public async ValueTask DisposeAsync()
    {
        jobs.Writer.TryComplete();
        await loop;
    }

    private async Task RunAsync()
    {
        SqliteConnection? connection = null;
        try
        {
            while (await jobs.Reader.WaitToReadAsync())
            {
                var group = Take();
                try
                {
                    connection ??= Open();
                    Commit(connection, group);
                }
#pragma warning disable CA1031 // Whatever went wrong goes to those who asked for the work.
                catch (Exception error)
#pragma warning restore CA1031
                {
                    group.ForEach(job => job.Fail(error));
                    connection?.Dispose();
                    connection = null;
                }
            }
        }
        finally
        {
            await log.DisposeAsync();
            connection?.Dispose();
        }
    }

    private SqliteConnection Open()
    {
        var connection = open();
        LogCheckpoint.TakeOver(connection);
        return connection;
    }

    private List<Job> Take()
    {
        var group = new List<Job>();
        while (group.Count < MaxJobsPerCommit && jobs.Reader.TryRead(out var job))
        {
            group.Add(job);
        }

        return group;
    }

    private void Commit(SqliteConnection connection, List<Job> group)
    {
        using (var transaction = connection.BeginTransaction(deferred: false))
        {
            foreach (var job in group)
            {
                const string mark = "job";
                transaction.Save(mark);
                if (!job.Try(connection))
                {
                    transaction.Rollback(mark);
                }

                transaction.Release(mark);
            }

            transaction.Commit();
        }

        group.ForEach(job => job.Succeed());
        log.AfterCommit(connection);
    }

    private abstract class Job
    {
        public abstract bool Try(SqliteConnection connection);

        public abstract void Succeed();

        public abstract void Fail(Exception error);
    }

    private sealed class Job<T>(Func<SqliteConnection, T> work) : Job
    {
        private T? result;

        public TaskCompletionSource<T> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override bool Try(SqliteConnection connection)
        {
            try
            {
                result = work(connection);
                return true;
            }
#pragma warning disable CA1031 // It goes to the one who asked.
            catch (Exception error)
#pragma warning restore CA1031
            {
                Fail(error);
                return false;
            }
        }

        public override void Succeed() => Done.TrySetResult(result!);

        public override void Fail(Exception error) => Done.TrySetException(error);
    }
}
