using WorkspaceServer.Dashboard.Languages;

namespace WorkspaceServer.Dashboard;

/// <summary>What stands around a page with a menu: who is signed in, where they are, and where else they may go.</summary>
/// <param name="Person">Their name, or their address while they have none.</param>
/// <param name="Workspace">The open workspace; null on pages about the person.</param>
/// <param name="Role">Their role in it, such as "owner".</param>
/// <param name="Menu">Only what they may open.</param>
internal sealed record Shell(string Person, string? Workspace, string? Role, IReadOnlyList<MenuGroup> Menu);

/// <param name="Title">Null for the first group, which needs none.</param>
internal sealed record MenuGroup(LaterText? Title, IReadOnlyList<MenuItem> Items);

/// <param name="Icon">The name of a symbol in icons.svg.</param>
/// <param name="InBar">Also in the bar at the bottom of a phone, which holds four and the menu.</param>
internal sealed record MenuItem(LaterText Label, string Icon, string Href, bool InBar = false);

/// <summary>Knows the shell of a request. The dashboard draws it; the features know who may go where.</summary>
internal interface IShells
{
    Shell For(HttpContext context);
}

/// <summary>The groups of a workspace's menu, in their order.</summary>
internal enum MenuPlace
{
    Start,
    Data,
    Ai,
    Workspace,
}

/// <summary>One entry of a workspace's menu. Each feature registers its own as a service.</summary>
/// <param name="Order">Within its group, from the least.</param>
/// <param name="Path">Behind the workspace's own address, such as "/team"; empty for its first page.</param>
/// <param name="Permission">Who lacks it in this workspace does not see the entry.</param>
internal sealed record WorkspaceMenuEntry(MenuPlace Place, int Order, LaterText Label, string Icon, string Path, string Permission, bool InBar = false);
