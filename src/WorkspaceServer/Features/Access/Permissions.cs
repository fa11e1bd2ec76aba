using System.Diagnostics.CodeAnalysis;
using WorkspaceServer.Dashboard.Languages;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Access;

/// <summary>Every permission there is, in the order in which they are shown.</summary>
internal static class Permissions
{
    /// <summary>How many fit into a <see cref="PermissionSet"/>.</summary>
    public const int MaxCount = 64;

    private static readonly List<Permission> List = [];

    public static readonly Permission WorkspaceRead = Add("workspace.read", T.Later("See that one is a member, and what one may do."));
    public static readonly Permission WorkspaceLeave = Add("workspace.leave", T.Later("End one's own membership."));
    public static readonly Permission WorkspaceRename = Add("workspace.rename", T.Later("Give the workspace another name."));
    public static readonly Permission WorkspaceSettings = Add("workspace.settings", T.Later("Change the settings of the workspace."));
    public static readonly Permission WorkspaceClose = Add("workspace.close", T.Later("Close the workspace and destroy its key."));
    public static readonly Permission TablesRead = Add("tables.read", T.Later("List tables, their columns and how fresh they are."));
    public static readonly Permission TablesImport = Add("tables.import", T.Later("Load tables from files."));
    public static readonly Permission TablesExport = Add("tables.export", T.Later("Take whole tables out as files."));
    public static readonly Permission TablesDelete = Add("tables.delete", T.Later("Remove tables."));
    public static readonly Permission ColumnsClassify = Add("columns.classify", T.Later("Say which columns are personal or secret."));
    public static readonly Permission ColumnsPrivate = Add("columns.private", T.Later("Let an AI client read columns that are private."));
    public static readonly Permission QueryRun = Add("query.run", T.Later("Run SQL on the tables."));
    public static readonly Permission RowsSearch = Add("rows.search", T.Later("Search the text of the tables."));
    public static readonly Permission RowsRead = Add("rows.read", T.Later("Read single rows by their key."));
    public static readonly Permission TokensRead = Add("tokens.read", T.Later("See which tokens there are and what each one may do."));
    public static readonly Permission TokensCreate = Add("tokens.create", T.Later("Make tokens that do at most what one may do oneself."));
    public static readonly Permission TokensRevoke = Add("tokens.revoke", T.Later("Revoke anybody's tokens."));
    public static readonly Permission AgentsRead = Add("agents.read", T.Later("See the agents and what each one last did."));
    public static readonly Permission AgentsPair = Add("agents.pair", T.Later("Pair an agent with the workspace."));
    public static readonly Permission AgentsRevoke = Add("agents.revoke", T.Later("End the pairing of an agent."));
    public static readonly Permission SyncApprove = Add("sync.approve", T.Later("Let a load pass that changes more than is usual, and stop one."));
    public static readonly Permission MembersRead = Add("members.read", T.Later("See the members, their roles, and the custom roles."));
    public static readonly Permission MembersInvite = Add("members.invite", T.Later("Invite people, and see and withdraw invitations."));
    public static readonly Permission MembersChangeRole = Add("members.change-role", T.Later("Give members other roles."));
    public static readonly Permission MembersSuspend = Add("members.suspend", T.Later("Suspend members and let them in again."));
    public static readonly Permission MembersRemove = Add("members.remove", T.Later("End the membership of others."));
    public static readonly Permission RolesManage = Add("roles.manage", T.Later("Make and remove custom roles."));
    public static readonly Permission AuditRead = Add("audit.read", T.Later("Read the audit log of the workspace."));
    public static readonly Permission AuditExport = Add("audit.export", T.Later("Take the audit log out as a file."));
    public static readonly Permission AccessReview = Add("access.review", T.Later("Read the access review and sign it off."));
    public static readonly Permission BackupsRead = Add("backups.read", T.Later("See which backups there are."));
    public static readonly Permission BackupsRun = Add("backups.run", T.Later("Make a backup now."));
    public static readonly Permission BackupsRestore = Add("backups.restore", T.Later("Ask for a copy of the workspace as it was, from a backup."));
    public static readonly Permission ClientsRead = Add("clients.read", T.Later("See which AI clients are connected."));
    public static readonly Permission ClientsApprove = Add("clients.approve", T.Later("Let an AI client in."));
    public static readonly Permission ClientsRevoke = Add("clients.revoke", T.Later("End the access of an AI client."));
    public static readonly Permission ProposalsMake = Add("proposals.make", T.Later("Let an AI client propose questions that a person may save."));
    public static readonly Permission ProposalsDecide = Add("proposals.decide", T.Later("See what AI clients propose, and say yes or no."));
    public static readonly Permission SupportRead = Add("support.read", T.Later("See support grants and each read under them."));
    public static readonly Permission SupportEnd = Add("support.end", T.Later("End a support grant early."));
    public static readonly Permission SupportReview = Add("support.review", T.Later("Sign off a support grant that is over."));

    public static readonly Permission SystemUsers = Add("system.users", T.Later("See, suspend and promote the people of this server."), isSystem: true);
    public static readonly Permission SystemWorkspaces = Add("system.workspaces", T.Later("See the workspaces of this server, never inside, and bring back deleted ones."), isSystem: true);
    public static readonly Permission SystemSettings = Add("system.settings", T.Later("See and change the settings of this server."), isSystem: true);
    public static readonly Permission SystemSupport = Add("system.support", T.Later("Take a support grant, and see all of them."), isSystem: true);

    public static IReadOnlyList<Permission> All => List;

    /// <summary>What roles of a workspace can hold.</summary>
    public static PermissionSet OfWorkspaces { get; } = PermissionSet.Of(List.Where(permission => !permission.IsSystem));

    /// <summary>What super admins hold, and nobody else.</summary>
    public static PermissionSet OfSystem { get; } = PermissionSet.Of(List.Where(permission => permission.IsSystem));

    /// <summary>What a support grant opens: reading, and nothing that leaves the server as a file.</summary>
    public static PermissionSet UnderSupport { get; } = PermissionSet.Of(
        WorkspaceRead, TablesRead, QueryRun, RowsSearch, RowsRead, TokensRead, AgentsRead, MembersRead, BackupsRead, ClientsRead, SupportRead);

    private static readonly Dictionary<string, Permission> ByName = List.ToDictionary(permission => permission.Name, StringComparer.Ordinal);

    public static bool TryFind(string name, [NotNullWhen(true)] out Permission? permission) => ByName.TryGetValue(name, out permission);

    /// <exception cref="InvalidOperationException">An endpoint or tool of ours names a permission that does not exist.</exception>
    public static Permission Get(string name) =>
        TryFind(name, out var permission) ? permission : throw new InvalidOperationException($"There is no permission '{name}'.");

    /// <summary>Reads a stored list. A name that a newer version wrote means nothing here.</summary>
    public static PermissionSet Parse(string names) =>
        PermissionSet.Of(names.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(name => ByName.GetValueOrDefault(name)).OfType<Permission>());

    private static Permission Add(string name, LaterText meaning, bool isSystem = false)
    {
        var permission = new Permission(name, meaning, isSystem, 1UL << List.Count);
        List.Add(permission);
        return permission;
    }
}
