using WorkspaceServer.Dashboard;
using WorkspaceServer.Dashboard.Languages;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Overview;

/// <summary>The menu of a workspace's pages: what its features registered and this person may open. Elsewhere the person's own menu.</summary>
internal sealed class WorkspaceShells(
    PersonalShells personal, IEnumerable<WorkspaceMenuEntry> entries, MembershipStore members, WorkspaceStore workspaces, Policy policy) : IShells
{
    private readonly WorkspaceMenuEntry[] entries = [.. entries];

    public Shell For(HttpContext context)
    {
        var own = personal.For(context);
        if (!WorkspaceId.TryParse(context.Request.RouteValues[AuthorityHandler.WorkspaceRoute] as string, out var workspace))
        {
            return own;
        }

        var principal = Principal.Of(context.User)!;
        var member = members.ListOf(principal.PersonId!).FirstOrDefault(each => each.Workspace == workspace);
        // Who is no member is here under a support grant.
        var name = member?.Name ?? workspaces.Find(workspace)?.Name;
        return own with
        {
            Workspace = name,
            Role = member is null ? T["support"] : RoleWords.Of(Roles.NameOf(member.Role)),
            Menu = [.. Groups(entries.Where(entry => policy.May(principal, Permissions.Get(entry.Permission), workspace).IsAllowed), AccessPaths.PageOf(workspace)), new MenuGroup(T.Later("You"), [.. own.Menu[0].Items.Select(item => item with { InBar = false })])],
        };
    }

    /// <param name="entries">Those that the person may open.</param>
    /// <param name="home">The address of the workspace's first page.</param>
    public static IEnumerable<MenuGroup> Groups(IEnumerable<WorkspaceMenuEntry> entries, string home) => entries
        .OrderBy(entry => entry.Place)
        .ThenBy(entry => entry.Order)
        .GroupBy(entry => entry.Place)
        .Select(group => new MenuGroup(TitleOf(group.Key), [.. group.Select(entry => new MenuItem(entry.Label, entry.Icon, home + entry.Path, entry.InBar))]));

    private static LaterText? TitleOf(MenuPlace place) => place switch
    {
        MenuPlace.Data => T.Later("Data"),
        MenuPlace.Ai => T.Later("AI"),
        MenuPlace.Workspace => T.Later("Workspace"),
        _ => null,
    };
}
