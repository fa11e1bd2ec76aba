using System.Diagnostics;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Smoke;

/// <param name="Problem">What was wrong, or null.</param>
internal sealed record SmokeStep(string Name, bool Passed, double Seconds, string? Problem);

/// <param name="Leftovers">Earlier ones that were cut short, and which this one cleaned up after.</param>
internal sealed record SmokeResult(Uri Url, bool Passed, double Seconds, IReadOnlyList<SmokeStep> Paths, int Leftovers);

/// <summary>Makes a workspace and a person of its own, goes every primary path of a running server with them, and removes both, whatever happens.</summary>
internal sealed class SmokeTest(SmokeStore runs, SmokeServices services, WorkspaceLifecycle lifecycle, DataFolder folder, AuditLog audit, TimeProvider clock)
{
    /// <param name="withData">Also give out a table of another workspace, which the made-up person may see meanwhile.</param>
    /// <exception cref="ProblemException">Another one runs at this moment.</exception>
    public async Task<SmokeResult> RunAsync(Uri url, string agent, bool withData, Action<double, string> report, CancellationToken cancel)
    {
        using var alone = Lock();
        var leftovers = runs.CutShort();
        foreach (var each in leftovers)
        {
            Clean(each, failed: null);
        }

        var began = Stopwatch.GetTimestamp();
        var names = SmokeNames.New();
        runs.Begin(names, clock.GetUtcNow());
        IReadOnlyList<SmokeStep>? steps = null;
        try
        {
            steps = await GoAsync(names, url, agent, withData, report, cancel);
        }
        finally
        {
            Clean(names, steps?.Where(step => !step.Passed).Select(step => step.Name).ToArray());
        }

        var result = new SmokeResult(url, steps.All(step => step.Passed), Stopwatch.GetElapsedTime(began).TotalSeconds, steps, leftovers.Count);
        await audit.RecordAsync(new AuditEntry(AuditActions.SmokeTested)
        {
            Outcome = result.Passed ? "ok" : "failed",
            Details = [("url", url.GetLeftPart(UriPartial.Authority)), ("failed", steps.Where(step => !step.Passed).Select(step => step.Name)), ("leftovers", leftovers.Count)],
        });
        return result;
    }

    private async Task<IReadOnlyList<SmokeStep>> GoAsync(SmokeNames names, Uri url, string agent, bool withData, Action<double, string> report, CancellationToken cancel)
    {
        Directory.CreateDirectory(folder.Smoke, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var workspace = lifecycle.Create(names.Name, (connection, made) => audit.Append(connection, Entry(AuditActions.WorkspaceCreated, made)));
        using var paths = new SmokePaths(services, names, workspace, url, agent, folder.Smoke, withData);
        var steps = new List<SmokeStep>();
        foreach (var (name, path) in paths.All)
        {
            report((double)steps.Count / paths.All.Count, name.Replace('_', ' '));
            steps.Add(await TryAsync(name, path, cancel));
            if (steps is [{ Passed: false }])
            {
                // Nobody answers there: every other one would say the same.
                break;
            }
        }

        return steps;
    }

    private static async Task<SmokeStep> TryAsync(string name, Func<CancellationToken, Task> path, CancellationToken cancel)
    {
        var began = Stopwatch.GetTimestamp();
        string? problem = null;
        try
        {
            await path(cancel);
        }
        catch (Exception error) when (error is SmokeException or ProblemException or IOException or HttpRequestException or System.ComponentModel.Win32Exception)
        {
            // The reason of a failed handshake stands in the inner one only.
            problem = error is HttpRequestException { InnerException: { } inner } && !error.Message.Contains(inner.Message, StringComparison.Ordinal) ? $"{error.Message} {inner.Message}" : error.Message;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            problem = "There was no answer in time.";
        }

        return new SmokeStep(name, problem is null, Stopwatch.GetElapsedTime(began).TotalSeconds, problem);
    }

    private void Clean(SmokeNames names, IReadOnlyCollection<string>? failed)
    {
        foreach (var workspace in services.Workspaces.ListKept().Where(each => each.Name == names.Name))
        {
            lifecycle.Delete(workspace.Id, connection => audit.Append(connection, Entry(AuditActions.KeyDestroyed, workspace)));
        }

        // Also one whose making or deleting was cut short: its files go before its row does.
        lifecycle.Sweep();
        if (Directory.Exists(folder.Smoke))
        {
            Directory.Delete(folder.Smoke, recursive: true);
        }

        runs.End(names, failed, clock.GetUtcNow());
    }

    private static AuditEntry Entry(AuditAction action, Workspace workspace) => new(action)
    {
        Target = ("workspace", workspace.Id.ToString()),
        Workspace = workspace.Id,
        Details = [("name", workspace.Name)],
    };

    private FileStream Lock()
    {
        try
        {
            return new FileStream(Path.Combine(folder.Path, "smoke.lock"), new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
        }
        catch (IOException error)
        {
            throw new ProblemException(ProblemCodes.Busy, "Another smoke test runs at this moment. Try again when it is over.", error);
        }
    }
}
