using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Accounts.People;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Accounts;

/// <summary>The menu of pages about the person, outside of any workspace.</summary>
internal sealed class PersonalShells : IShells
{
    private static readonly MenuGroup Own = new(null,
    [
        new MenuItem(T.Later("Workspaces"), "home", AccountPaths.Home, InBar: true),
        new MenuItem(T.Later("Security"), "lock", AccountPaths.Security, InBar: true),
        new MenuItem(T.Later("Account Settings"), "settings", AccountPaths.Settings),
    ]);

    private static readonly MenuGroup Server = new(T.Later("This server"),
    [
        new MenuItem(T.Later("All workspaces"), "table", "/operator/workspaces"),
        new MenuItem(T.Later("People"), "team", "/operator/people"),
        new MenuItem(T.Later("Closures"), "x", "/operator/closures"),
        new MenuItem(T.Later("All backups"), "backup", "/operator/backups"),
        new MenuItem(T.Later("Support given"), "info", "/operator/support"),
        new MenuItem(T.Later("AI switch"), "plug", "/operator/ai"),
        new MenuItem(T.Later("Doctor"), "pulse", "/operator/doctor"),
        new MenuItem(T.Later("Controls"), "check", "/operator/controls"),
        new MenuItem(T.Later("Limits"), "filter", "/operator/limits"),
    ]);

    public Shell For(HttpContext context)
    {
        var person = SignedIn.Of(context.User);
        return new Shell(person.Name.Length > 0 ? person.Name : person.Email, Workspace: null, Role: null, person.Role == SystemRole.SuperAdmin ? [Own, Server] : [Own]);
    }
}
