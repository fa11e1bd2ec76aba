using WorkspaceServer.Control;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Operator;

/// <summary>Workspaces that were deleted and can still be brought back: with their members, tokens, agents and AI clients.</summary>
internal sealed class HeldWorkspaces(WorkspaceStore workspaces, WorkspaceLifecycle lifecycle, AuditLog audit, ChangeCounter changes, TimeProvider clock)
{
    /// <summary>One page of them, oldest first.</summary>
    /// <param name="after">Only those after this id; null for the first.</param>
    public IReadOnlyList<Workspace> List(string? after, int limit) => workspaces.ListHeld(clock.GetUtcNow(), after, limit);

    /// <param name="id">As somebody sent it.</param>
    /// <exception cref="ProblemException">There is no such workspace on hold, or it was for too long.</exception>
    public Workspace BringBack(string id)
    {
        if (!WorkspaceId.TryParse(id, out var parsed) || workspaces.FindKept(parsed) is not { HeldUntil: not null } held)
        {
            throw new ProblemException(ProblemCodes.NotFound, "There is no such workspace that was deleted and can be brought back.");
        }

        lifecycle.BringBack(held.Id, connection => audit.Append(connection, new AuditEntry(AuditActions.WorkspaceClosureStopped)
        {
            Target = ("workspace", held.Id.ToString()),
            Workspace = held.Id,
            Details = [("name", held.Name)],
        }));
        changes.Changed();
        return held;
    }
}
