using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Accounts.People;

namespace WorkspaceServer.Features.Accounts;

/// <summary>The menu of pages about the person, outside of any workspace.</summary>
internal sealed class PersonalShells : IShells
{
    private static readonly MenuGroup Own = new(null,
    [
        new MenuItem("Workspaces", "home", AccountPaths.Home, InBar: true),
        new MenuItem("Security", "lock", AccountPaths.Security, InBar: true),
        new MenuItem("Account Settings", "settings", AccountPaths.Settings),
    ]);

    private static readonly MenuGroup Server = new("This server",
    [
        new MenuItem("All workspaces", "table", "/operator/workspaces"),
        new MenuItem("People", "team", "/operator/people"),
        new MenuItem("Closures", "x", "/operator/closures"),
        new MenuItem("All backups", "backup", "/operator/backups"),
        new MenuItem("Support given", "info", "/operator/support"),
        new MenuItem("AI switch", "plug", "/operator/ai"),
        new MenuItem("Doctor", "pulse", "/operator/doctor"),
        new MenuItem("Controls", "check", "/operator/controls"),
        new MenuItem("Limits", "filter", "/operator/limits"),
    ]);

    public Shell For(HttpContext context)
    {
        var person = SignedIn.Of(context.User);
        return new Shell(person.Name.Length > 0 ? person.Name : person.Email, Workspace: null, Role: null, person.Role == SystemRole.SuperAdmin ? [Own, Server] : [Own]);
    }
}
