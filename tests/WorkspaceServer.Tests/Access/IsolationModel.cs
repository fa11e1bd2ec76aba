using WorkspaceServer.Features.Access;

namespace WorkspaceServer.Tests.Access;

/// <summary>
/// What should happen, worked out the slow and plain way: sets of names in dictionaries, no SQL, no cache. It shares with the server
/// only the lists of what each role holds.
/// </summary>
internal sealed class IsolationModel
{
    /// <summary>Ids of workspaces to what they hold.</summary>
    public Dictionary<string, House> Houses { get; } = [];

    public HashSet<string> SuperAdmins { get; } = [];

    /// <summary>Ids of workspaces to the super admins who may read there.</summary>
    public HashSet<(string Workspace, string Person)> Support { get; } = [];

    /// <summary>The status that refuses the person this permission there; null if they have it.</summary>
    public int? Refusal(string person, string permission, string workspace)
    {
        if (!Houses.TryGetValue(workspace, out var house) || !house.Members.TryGetValue(person, out var member))
        {
            return !Support.Contains((workspace, person)) ? 404
                : Permissions.UnderSupport.Any(each => each.Name == permission) ? null
                : 403;
        }

        return member.IsSuspended || !Held(house, member).Contains(permission) ? 403 : null;
    }

    /// <summary>What a change of a member's role answers; if it is 200, the model has changed too.</summary>
    public int ChangeRole(string actor, string workspace, string person, string role)
    {
        if (Refusal(actor, "members.change-role", workspace) is { } refusal)
        {
            return refusal;
        }

        if (!Houses[workspace].Members.TryGetValue(person, out var member))
        {
            return 404;
        }

        if (!Covers(actor, workspace, member) || !Covers(actor, workspace, new Membership(role)))
        {
            return 403;
        }

        if (role != "owner" && IsLastOwner(workspace, person))
        {
            return 409;
        }

        Houses[workspace].Members[person] = new Membership(role) { IsSuspended = member.IsSuspended };
        return 200;
    }

    public int Suspend(string actor, string workspace, string person, bool suspend)
    {
        var answer = Touch(actor, workspace, person, "members.suspend", keepsOwner: !suspend);
        if (answer == 204)
        {
            Houses[workspace].Members[person].IsSuspended = suspend;
        }

        return answer;
    }

    public int Remove(string actor, string workspace, string person)
    {
        var answer = Touch(actor, workspace, person, "members.remove", keepsOwner: false);
        if (answer == 204)
        {
            Houses[workspace].Members.Remove(person);
            foreach (var (id, by) in Houses[workspace].Invitations.ToArray())
            {
                if (by == person)
                {
                    Houses[workspace].Invitations.Remove(id);
                }
            }
        }

        return answer;
    }

    /// <summary>Whether the actor may give this role by an invitation.</summary>
    public int Invite(string actor, string workspace, string role) =>
        Refusal(actor, "members.invite", workspace) ?? (Covers(actor, workspace, new Membership(role)) ? 201 : 403);

    public int RevokeInvitation(string actor, string workspace, string invitation) =>
        Refusal(actor, "members.invite", workspace) ?? (Houses[workspace].Invitations.Remove(invitation) ? 204 : 404);

    private int Touch(string actor, string workspace, string person, string permission, bool keepsOwner)
    {
        if (Refusal(actor, permission, workspace) is { } refusal)
        {
            return refusal;
        }

        return !Houses[workspace].Members.TryGetValue(person, out var member) ? 404
            : !Covers(actor, workspace, member) ? 403
            : !keepsOwner && IsLastOwner(workspace, person) ? 409
            : 204;
    }

    private bool IsLastOwner(string workspace, string person) =>
        Houses[workspace].Members[person].Role == "owner"
        && !Houses[workspace].Members.Any(each => each.Key != person && each.Value is { Role: "owner", IsSuspended: false });

    private bool Covers(string actor, string workspace, Membership other) =>
        Held(Houses[workspace], Houses[workspace].Members[actor]).IsSupersetOf(Held(Houses[workspace], other));

    private static HashSet<string> Held(House house, Membership member)
    {
        var held = Roles.PermissionsOf(Roles.Parse(member.Role)).Select(permission => permission.Name).ToHashSet();
        held.ExceptWith(member.IsLimited ? house.Denied : []);
        return held;
    }

    internal sealed class House
    {
        public Dictionary<string, Membership> Members { get; } = [];

        /// <summary>Open ones, with who made them.</summary>
        public Dictionary<string, string> Invitations { get; } = [];

        /// <summary>What the one custom role of this workspace denies.</summary>
        public required IReadOnlyList<string> Denied { get; init; }
    }

    internal sealed record Membership(string Role)
    {
        public bool IsSuspended { get; set; }

        /// <summary>Holds the custom role.</summary>
        public bool IsLimited { get; init; }
    }
}
