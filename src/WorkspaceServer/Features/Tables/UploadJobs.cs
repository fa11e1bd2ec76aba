using WorkspaceServer.Hosting;
using WorkspaceServer.Hosting.Live;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Tables;

/// <summary>A file that is being loaded, or was a moment ago.</summary>
internal sealed class UploadJob(string person, WorkspaceId workspace, string fileName, DateTimeOffset startedAt) : IDisposable
{
    private readonly CancellationTokenSource stop = new();

    public string Id { get; } = Guid.CreateVersion7(startedAt).ToString("n");

    public string Person => person;

    public WorkspaceId Workspace => workspace;

    public string FileName => fileName;

    public DateTimeOffset StartedAt => startedAt;

    public CsvProgress Progress { get; set; } = new(0, "Begins");

    /// <summary>Ends with the table, or with what was wrong.</summary>
    public Task<LoadedTable> Work { get; set; } = null!;

    public CancellationToken Stopped => stop.Token;

    public string Topic => "upload/" + Id;

    /// <summary>Nothing of it stays; one that is done already stays.</summary>
    public void Stop() => stop.Cancel();

    public void Dispose() => stop.Dispose();
}

/// <summary>Loads files while their people wait, look, go away or change their mind.</summary>
/// <remarks>A file is in memory, so there is a bound on how many there are. A restart forgets them: nothing of a load is visible before its end.</remarks>
internal sealed class UploadJobs(Signals signals, TimeProvider clock)
{
    /// <summary>Files of one person that are loaded at once.</summary>
    public const int MaxPerPerson = 2;

    /// <summary>Files of everybody, at most 16 MiB each.</summary>
    public const int MaxRunning = 16;

    /// <summary>How long one can look at what became of a file.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromHours(1);

    /// <summary>Jobs that are over and can still be looked at.</summary>
    public const int MaxKept = 200;

    private readonly Lock gate = new();
    private readonly Dictionary<string, UploadJob> jobs = new(StringComparer.Ordinal);

    /// <exception cref="ProblemException">Too many are loaded now.</exception>
    public UploadJob Begin(string person, WorkspaceId workspace, string fileName, Func<UploadJob, IProgress<CsvProgress>, Task<LoadedTable>> load)
    {
        var job = new UploadJob(person, workspace, fileName, clock.GetUtcNow());
        lock (gate)
        {
            Forget(job.StartedAt);
            var running = jobs.Values.Where(each => !each.Work.IsCompleted).ToArray();
            if (running.Length >= MaxRunning || running.Count(each => each.Person == person) >= MaxPerPerson)
            {
                throw new ProblemException(ProblemCodes.InvalidArgument, "Other files are still being loaded. Wait for one of them, then load this one.");
            }

            // On a thread of its own: finding the types of a file waits for nothing.
            job.Work = Task.Run(() => load(job, new Report(progress =>
            {
                job.Progress = progress;
                signals.Raise(job.Topic);
            })));
            jobs.Add(job.Id, job);
        }

        _ = job.Work.ContinueWith(_ => signals.Raise(job.Topic), TaskScheduler.Default);
        return job;
    }

    /// <summary>This person's own.</summary>
    public UploadJob? Find(string person, WorkspaceId workspace, string id)
    {
        lock (gate)
        {
            return jobs.GetValueOrDefault(id) is { } job && job.Person == person && job.Workspace == workspace && clock.GetUtcNow() < job.StartedAt + Kept ? job : null;
        }
    }

    private void Forget(DateTimeOffset now)
    {
        var over = jobs.Values.Where(job => job.Work.IsCompleted).OrderBy(job => job.StartedAt).ToArray();
        foreach (var job in over.Where((job, i) => now >= job.StartedAt + Kept || i < over.Length - MaxKept))
        {
            jobs.Remove(job.Id);
            job.Dispose();
        }
    }

    /// <summary>At once and in order, unlike Progress of the framework.</summary>
    private sealed class Report(Action<CsvProgress> report) : IProgress<CsvProgress>
    {
        void IProgress<CsvProgress>.Report(CsvProgress value) => report(value);
    }
}
