using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Backups;
using WorkspaceServer.Features.Backups.Copies;
using WorkspaceServer.Features.Backups.Drills;
using WorkspaceServer.Features.Backups.Generations;
using WorkspaceServer.Features.Backups.Stores;
using WorkspaceServer.Features.Operator.Pages;
using WorkspaceServer.Hosting.Live;

namespace WorkspaceServer.Features.Operator;

/// <summary>Gathers what super admins see of backups.</summary>
internal sealed class BackupBoard(
    BackupOptions options, BackupStore runs, DrillStore drills, BackupVerifier store, BackupWish wish, BackupProgress progress, RestoreRequestStore requests, Signals signals, TimeProvider clock)
{
    public const string Path = "/operator/backups";

    /// <summary>Backups and packs shown; `backup list` has all.</summary>
    private const int Shown = 100;

    private const int AttemptsShown = 10;

    /// <summary>Copies that wait and are shown; `backup requests` has all.</summary>
    private const int AskedShown = 100;

    /// <summary>A short text that is another one when the page would be. Verbs change requests in another process, which raises no signal here, so it is read.</summary>
    public string State() => $"{signals.StateOf(BackupProgress.Topic)} {requests.StateOfOpen(clock.GetUtcNow())}";

    public async Task<IResult> ShowAsync(RefusedDecline? refused, int status, CancellationToken cancel)
    {
        // Read before all else: what changes in between is then noticed by the stream.
        var state = State();
        IReadOnlyList<VerifiedGeneration> all = [];
        string? problem = null;
        if (options.IsOn)
        {
            try
            {
                all = await store.ListAsync(cancel);
            }
            catch (Exception error) when (error is ObjectStoreException or IOException)
            {
                problem = error.Message;
            }
        }

        var model = new OperatorBackupsModel(
            Path,
            options.IsOn,
            IsAsked: wish.Asked.IsCompleted || runs.LastAttempt()?.Outcome == "running",
            progress.Now is { } now ? new RunningBackup(now.Share, now.What, now.LeftAt(clock.GetUtcNow())) : null,
            options.IsOn ? Path + "/events" : null,
            state,
            problem,
            drills.LastGood()?.At,
            [.. runs.Recent(AttemptsShown).Select(run => new BackupAttempt(run.StartedAt, run.FinishedAt, run.Outcome, run.Message, run.Files, run.Kept, run.Bytes))],
            [
                .. all.Reverse().Take(Shown).Select(each => new StoredBackup(
                    each.Id, each.Object.StartsWith(GenerationShelf.WholePrefix, StringComparison.Ordinal), each.Finished, each.Files, each.Bytes, string.Join(' ', each.Findings))),
            ]);
        return Page.Of<OperatorBackupsPage>(model with { Asked = [.. requests.ListOpen(clock.GetUtcNow(), after: null, AskedShown).Select(RowOf)], Refused = refused }, status);
    }

    private static AskedCopy RowOf(RestoreRequest request) => new(
        request.Id, request.WorkspaceName, request.CopyName, request.PersonEmail, request.AsOf, request.AskedAt, request.ExpiresAt, request.StartedAt, request.Failure, request.NeedsEarlierKey);
}
