using WorkspaceServer.Age;
using WorkspaceServer.Control;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Backups.Generations;
using WorkspaceServer.Features.Backups.Restore;
using WorkspaceServer.Features.Backups.Stores;
using WorkspaceServer.Hosting;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Backups.Copies;

/// <param name="HasOwner">Whether whoever asked became its owner. If not, it has no member.</param>
internal sealed record FulfilledRequest(RestoreRequest Request, Workspace Copy, RestoreResult Result, bool HasOwner);

/// <summary>Does what a request asks for, for whoever has the key that opens backups: a copy, of which the person who asked is the owner if they still own the workspace.</summary>
internal sealed class RequestedRestore(RestoreRequestStore requests, WorkspaceRestore restore, AuditLog audit, TimeProvider clock)
{
    public static readonly Recording Recording = Recording.As(AuditActions.RestoreFinished, AuditActions.RestoreFailed);

    /// <exception cref="ProblemException">There is no such request, it is over, or it ended meanwhile; or as <see cref="WorkspaceRestore"/>. Then there is no copy.</exception>
    public async Task<FulfilledRequest> RunAsync(string id, IReadOnlyCollection<AgeIdentity> identities, CancellationToken cancel)
    {
        var request = requests.Find(id) ?? throw RestoreRequests.NoneOf(id);
        if (!requests.Start(id, clock.GetUtcNow()))
        {
            throw RestoreRequests.Over(requests.Find(id) ?? request);
        }

        try
        {
            var hasOwner = false;
            var moment = MomentKey.Parse(request.Moment) ?? throw new InvalidOperationException($"The request {id} names no moment.");
            var (made, result) = await restore.RunAsync(
                request.Workspace,
                request.CopyName,
                moment,
                identities,
                (connection, copy) =>
                {
                    hasOwner = Finish(connection, request, copy);
                    return [("request", id), ("owner", hasOwner ? request.Person : null)];
                },
                cancel);
            return new FulfilledRequest(request, made, result, hasOwner);
        }
        catch (Exception error)
        {
            Fail(request, error);
            throw;
        }
    }

    /// <summary>In the transaction in which the copy appears: the request ends, and who asked becomes its owner if they are still one of the workspace and can act.</summary>
    private bool Finish(ControlConnection connection, RestoreRequest request, Workspace copy)
    {
        if (!RestoreRequestStore.Finish(connection, request.Id, copy.Id, clock.GetUtcNow()))
        {
            throw new ProblemException(ProblemCodes.RequestOver, "The request was fulfilled, declined or taken back meanwhile. No copy was made.");
        }

        var isOwner = Policy.IsActingOwner(connection, request.Person, request.Workspace, Permissions.BackupsRestore);
        if (isOwner)
        {
            MembershipStore.AddFirstOwner(connection, copy.Id, request.Person, clock.GetUtcNow());
        }

        audit.Append(connection, new AuditEntry(AuditActions.RestoreFinished)
        {
            Target = ("restore_request", request.Id),
            Workspace = request.Workspace,
            Details = [("copy", copy.Id.ToString()), ("owner", isOwner ? request.Person : null)],
        });
        return isOwner;
    }

    private void Fail(RestoreRequest request, Exception error)
    {
        var code = error switch
        {
            OperationCanceledException => null,
            ProblemException problem => problem.Code.Code,
            ObjectMissingException => ProblemCodes.Corrupt.Code,
            ObjectStoreException => "store_failed",
            _ => "failed",
        };
        using var connection = requests.Connect();
        connection.Begin();
        if (RestoreRequestStore.Fail(connection, request.Id, code) && code is not null)
        {
            audit.Append(connection, new AuditEntry(AuditActions.RestoreFailed) { Target = ("restore_request", request.Id), Workspace = request.Workspace, Outcome = code });
        }

        connection.Commit();
    }
}
