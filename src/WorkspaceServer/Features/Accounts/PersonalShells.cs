using WorkspaceServer.Dashboard;

namespace WorkspaceServer.Features.Accounts;

/// <summary>The menu of pages about the person, outside of any workspace.</summary>
internal sealed class PersonalShells : IShells
{
    private static readonly MenuGroup[] Menu =
    [
        new(null,
        [
            new MenuItem("Workspaces", "home", AccountPaths.Home, InBar: true),
            new MenuItem("Security", "lock", AccountPaths.Security, InBar: true),
        ]),
    ];

    public Shell For(HttpContext context)
    {
        var person = SignedIn.Of(context.User);
        return new Shell(person.Name.Length > 0 ? person.Name : person.Email, Workspace: null, Role: null, Menu);
    }
}
