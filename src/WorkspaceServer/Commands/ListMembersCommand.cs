using System.CommandLine;
using System.Globalization;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.CustomRoles;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>member list: who is a member of a workspace, and as what.</summary>
internal static class ListMembersCommand
{
    private const int MaxShown = 10_000;

    public static Command Build()
    {
        var workspace = GlobalOptions.Workspace();
        var command = Verb.Create("list", "List the members of a workspace and their roles.", "member list --workspace \"Sharma Traders\"", Recording.Nothing("shows who may do what, and no rows"));
        command.Add(workspace);
        return command.Runs((context, _) =>
        {
            var id = context.FindWorkspace(context.Arguments.GetValue(workspace)!, Permissions.MembersRead).Id;
            var members = context.Get<MembershipStore>().List(id, after: null, MaxShown);
            var roles = context.Get<RoleBook>().List(id).ToDictionary(role => role.Id, role => role.Name);
            context.Output.Result(members, output => Print(output, members, roles));
            return Task.FromResult(ExitCodes.Ok);
        });
    }

    private static void Print(Output output, IReadOnlyList<Member> members, Dictionary<string, string> roles)
    {
        if (members.Count == 0)
        {
            output.Line("There are no members yet. Invite one with: workspace-server invite create EMAIL --workspace WORKSPACE --role owner");
            return;
        }

        output.Table(
            ["email", "name", "role", "custom roles", "since (UTC)", "state"],
            members.Select(member => new[]
            {
                member.Email,
                member.Name,
                Roles.NameOf(member.Role),
                string.Join(", ", member.CustomRoles.Select(role => roles[role])),
                member.Since.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                member.SuspendedAt is null ? "active" : "suspended",
            }));
    }
}
