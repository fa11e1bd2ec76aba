using System.Security.Claims;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Hosting.Live;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Backups.Copies;

/// <summary>Owners ask for a copy of their workspace as it was, or take that back; whoever runs the server may decline. The key that opens backups is not here, so nobody gets a copy by this alone.</summary>
internal sealed class RestoreRequests(RestoreRequestStore store, WorkspaceMoments moments, AuditLog audit, Signals signals, TimeProvider clock)
{
    /// <summary>How long a request waits for somebody with the key.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);

    /// <summary>How long what became of a request can be seen.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(90);

    /// <summary>Requests of one workspace within a day, open or not.</summary>
    public const int MaxADay = 10;

    /// <summary>Longest reason, in characters.</summary>
    public const int MaxReasonLength = 500;

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>What tells the page of one workspace.</summary>
    public static string TopicOf(WorkspaceId workspace) => $"copies {workspace}";

    /// <exception cref="ProblemException">There is no such moment; the person is no owner; one is open already; or too many were asked for.</exception>
    public async Task<RestoreRequest> AskAsync(ClaimsPrincipal user, WorkspaceId workspace, CopyToAsk copy, CancellationToken cancel)
    {
        var moment = await moments.FindAsync(workspace, copy.Moment, cancel);
        var (person, now) = (Principal.Of(user)!.PersonId!, clock.GetUtcNow());
        var request = new RestoreRequest(
            Guid.CreateVersion7(now).ToString("n"), workspace, "", person, "", "", copy.Name.Trim(), moment.Key.ToString(), moment.AsOf!.Value, now, now + Lifetime,
            StartedAt: null, Failure: null, ClosedAt: null, Outcome: null, Reason: null, Copy: null, moment.NeedsEarlierKey);
        using (var connection = store.Connect())
        {
            connection.Begin();
            if (!Policy.IsActingOwner(connection, person, workspace, Permissions.BackupsRestore))
            {
                throw new ProblemException(ProblemCodes.Forbidden, "A copy belongs to whoever asks for it, as its owner. So only an owner of the workspace can ask.");
            }

            if (!RestoreRequestStore.Add(connection, request, MaxADay, now - Day, now - Kept))
            {
                throw store.Newest(workspace)?.IsOpenAt(now) == true
                    ? new ProblemException(ProblemCodes.AlreadyExists, "A copy of this workspace is asked for already. Take that back first, or wait for it.")
                    : new ProblemException(ProblemCodes.TooManyRequests, $"{MaxADay} copies were asked for within a day. Wait a day, or ask whoever runs this server.");
            }

            audit.Append(connection, new AuditEntry(AuditActions.RestoreAsked)
            {
                Target = ("restore_request", request.Id),
                Workspace = workspace,
                Details = [("name", request.CopyName), ("moment", request.Moment), ("as_of_ms", request.AsOf.ToUnixTimeMilliseconds())],
            });
            connection.Commit();
        }

        Raise(workspace);
        return store.Find(request.Id)!;
    }

    /// <exception cref="ProblemException">There is no such request in this workspace, or it is over.</exception>
    public void Withdraw(ClaimsPrincipal user, WorkspaceId workspace, string id)
    {
        var found = store.Find(id) is { } request && request.Workspace == workspace ? request : throw Unknown();
        var by = Principal.Of(user)!.PersonId!;
        using (var connection = store.Connect())
        {
            connection.Begin();
            if (!RestoreRequestStore.Withdraw(connection, workspace, id, by, clock.GetUtcNow()))
            {
                throw Over(store.Find(id) ?? found);
            }

            audit.Append(connection, new AuditEntry(AuditActions.RestoreWithdrawn) { Target = ("restore_request", id), Workspace = workspace });
            connection.Commit();
        }

        Raise(workspace);
    }

    /// <param name="by">The id of a person, or "operator".</param>
    /// <exception cref="ProblemException">There is no such request, or it is over.</exception>
    public void Decline(string by, string id, string reason)
    {
        var found = store.Find(id) ?? throw Unknown();
        using (var connection = store.Connect())
        {
            connection.Begin();
            if (!RestoreRequestStore.Decline(connection, id, reason.Trim(), by, clock.GetUtcNow()))
            {
                throw Over(store.Find(id) ?? found);
            }

            audit.Append(connection, new AuditEntry(AuditActions.RestoreDeclined) { Target = ("restore_request", id), Workspace = found.Workspace, Details = [("reason", reason.Trim())] });
            connection.Commit();
        }

        Raise(found.Workspace);
    }

    /// <summary>For whoever typed the id.</summary>
    public static ProblemException NoneOf(string id) => new(ProblemCodes.NotFound, $"There is no request '{id}'. List those that wait with: workspace-server backup requests");

    public static ProblemException Unknown() => new(ProblemCodes.NotFound, "There is no such request for a copy.");

    /// <summary>Why nothing can be done with it any more.</summary>
    public static ProblemException Over(RestoreRequest request) => new(
        ProblemCodes.RequestOver,
        request.Outcome switch
        {
            RequestState.Done => "The copy was made already.",
            RequestState.Declined => "The request was declined.",
            RequestState.Withdrawn => "The request was taken back.",
            _ => $"Nobody made the copy within {Lifetime.TotalDays:0} days, so the request has lapsed. It can be asked for again.",
        });

    private void Raise(WorkspaceId workspace)
    {
        signals.Raise(TopicOf(workspace));
        signals.Raise(BackupProgress.Topic);
    }
}
