using System.Globalization;
using WorkspaceServer.Hosting.Checks;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Vault.Keys;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Health.Checks;

/// <summary>Each workspace's file opens under its key, and no folder is there without a workspace.</summary>
internal sealed class WorkspaceFilesCheck(WorkspaceStore store, WorkspaceLifecycle lifecycle, DataFolder folder, MasterKey master) : ICheck
{
    public Task<IReadOnlyList<Finding>> LookAsync(CheckRequest request, CancellationToken cancel)
    {
        lifecycle.Sweep();
        var workspaces = store.ListKept();
        List<Finding> findings = [Folders(workspaces)];
        foreach (var workspace in workspaces)
        {
            cancel.ThrowIfCancellationRequested();
            findings.Add(Look(workspace, request) with { Check = $"workspace {workspace.Name}" });
        }

        return Task.FromResult<IReadOnlyList<Finding>>(findings);
    }

    private Finding Folders(IReadOnlyList<Workspace> workspaces)
    {
        var known = workspaces.Select(workspace => workspace.Id.ToString()).ToHashSet(StringComparer.Ordinal);
        var strange = folder.WorkspaceNames().Where(name => !known.Contains(name)).ToArray();
        return strange.Length == 0
            ? Finding.Ok("each belongs to a workspace", Path.Combine(folder.Path, "workspaces"))
            : Finding.Fail(
                $"The control database knows nothing of workspaces/{strange[0]}{(strange.Length > 1 ? $" and {strange.Length - 1} more" : "")}.",
                Path.Combine(folder.Path, "workspaces", strange[0]),
                "if an older control database was restored, restore the newer one (ops/runbooks/restore.md); else remove the folder");
    }

    private Finding Look(Workspace workspace, CheckRequest request)
    {
        var path = folder.DatabaseOf(workspace.Id);
        try
        {
            using var key = KeyDerivation.ForWorkspace(master, workspace.Id, workspace.KeySalt);
            using var connection = EncryptedDatabase.Open(path, key, DatabaseAccess.ReadOnly);
            var catalog = CatalogStore.Read(connection);
            return request.Reach == CheckReach.Thorough && EncryptedDatabase.CheckIntegrity(connection) is [var first, ..]
                ? Damaged(first)
                : Finding.Ok(string.Create(CultureInfo.InvariantCulture, $"{catalog.Tables.Count} tables, {new FileInfo(path).Length / 1048576.0:0.0} MiB"), path);
        }
        catch (VaultException error)
        {
            return Damaged(error.Message);
        }

        Finding Damaged(string why) => Finding.Fail(
            $"It is damaged or missing: {why}", path, $"workspace-server restore --identity FILE --workspace '{workspace.Name}' --as '{workspace.Name} restored', as in ops/runbooks/restore.md");
    }
}
