using WorkspaceServer.Control;
using WorkspaceServer.Hosting.Checks;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Health.Checks;

/// <summary>The control database opens under this key, has the schema of this program and, where that is asked for, is whole.</summary>
internal sealed class ControlFileCheck(ControlDatabase control, DataFolder folder, WorkspaceStore workspaces) : QuickCheck
{
    protected override Finding Look(CheckRequest request)
    {
        var problems = request.Reach == CheckReach.Thorough ? control.CheckIntegrity() : [];
        return problems is [var first, ..]
            ? Finding.Fail($"It is damaged: {first}", folder.ControlDatabase, "stop the server and restore it from the last backup: ops/runbooks/restore.md")
            : Finding.Ok($"{workspaces.List().Count} workspaces, schema {control.SchemaVersion} of {Migrations.All[^1].Version}", folder.ControlDatabase);
    }
}
