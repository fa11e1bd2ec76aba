using WorkspaceServer.Features.Access.Invitations;
using WorkspaceServer.Features.Team.Pages;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.EndToEnd.Browser;

/// <summary>Made-up content of the pages about the people of a workspace, for the gallery.</summary>
internal static class TeamPages
{
    private const string Home = "/w/1/team";
    private static readonly DateTimeOffset Now = new(2026, 10, 9, 5, 16, 0, TimeSpan.Zero);

    public static TeamModel Team { get; } = new(
        "Kesarvan Traders",
        Home,
        [
            new MemberRow(Home + "/1", "Asha Kulkarni", "asha@kesarvan.example", "owner", "Passkey", IsWeak: false, Now, IsSuspended: false, IsYou: true),
            new MemberRow(Home + "/2", "Imran Shaikh", "imran@kesarvan.example", "admin, Godown clerk", "Code app", IsWeak: false, Now.AddDays(-1), IsSuspended: false, IsYou: false),
            new MemberRow(Home + "/3", "Sunil Pawar", "sunil@kesarvan.example", "member", "Password only", IsWeak: true, Now.AddDays(-120), IsSuspended: false, IsYou: false, IsIdle: true),
            new MemberRow(Home + "/4", "मनीषा देशमुख", "manisha@kesarvan.example", "viewer", "Code app", IsWeak: false, null, IsSuspended: true, IsYou: false),
        ],
        [new InvitedRow("5", "devika.with.a.long.name@raoandcompany.example", "viewer", Now.AddDays(6))],
        [
            new PermissionRow("List tables, their columns and how fresh they are.", [true, true, true, true]),
            new PermissionRow("Take whole tables out as files.", [true, true, true, false]),
            new PermissionRow("Invite people, and see and withdraw invitations.", [true, true, false, false]),
            new PermissionRow("Close the workspace and destroy its key.", [true, false, false, false]),
        ],
        [new CustomRoleRow("1", "Godown clerk", ["Load tables from files."], ["Take whole tables out as files."])],
        new TeamRights(Invite: true, ManageRoles: true, Remove: true),
        Now.AddDays(-3),
        IsReviewDue: true);

    public static TeamModel TeamOfViewer { get; } = Team with { Invited = [], CustomRoles = [], May = new TeamRights(false, false), ReviewDueAt = null, IsReviewDue = false };

    public static InviteModel Invite { get; } = new(Home, ["viewer", "member", "admin", "owner"], "", null);

    public static InviteModel InviteError { get; } = Invite with { Email = "devika@", Problems = FormProblems.Of("email", "Type an e-mail address, such as asha@example.in.") };

    public static MemberModel Member { get; } = new(
        Home,
        "3",
        "Sunil Pawar",
        "sunil@kesarvan.example",
        "member",
        ["List tables, their columns and how fresh they are.", "Run SQL on the tables."],
        "Password only",
        IsWeak: true,
        Now.AddDays(-1),
        IsSuspended: false,
        IsYou: false,
        ["Claude on the office PC"],
        [
            new ReviewedClientRow("/w/1/clients/1", "Claude", "claude.ai", "Sunil Pawar", "Read tables, Search, Read private columns too", IsPaused: false, Now.AddDays(60), Now.AddHours(-1)),
            new ReviewedClientRow("/w/1/clients/2", "<i>Stock</i> assistant with a name that goes on and on, as some of them do", null, "Sunil Pawar", "Read tables", IsPaused: true, Now.AddDays(5), null),
        ],
        ["viewer", "member", "admin", "owner"],
        [new RoleChoice("1", "Godown clerk", IsHeld: true), new RoleChoice("2", "Auditor", IsHeld: false)],
        MaySuspend: true,
        MayRemove: true,
        MayLeave: false,
        null);

    public static MemberModel You { get; } = Member with
    {
        Id = "1",
        Name = "Asha Kulkarni",
        IsYou = true,
        IsWeak = false,
        SignIn = "Passkey",
        Role = "owner",
        MayGive = [],
        CustomRoles = [],
        Tokens = [],
        Clients = [],
        MaySuspend = false,
        MayRemove = false,
        MayLeave = true,
        Problems = FormProblems.Whole("A workspace keeps at least one owner who can act. Make somebody else an owner first.", 409),
    };

    public static NewRoleModel NewRole { get; } = new(
        Home,
        "",
        [
            new PermissionChoice("tables.export", "Take whole tables out as files.", MayGrant: true, IsGranted: true, IsDenied: false),
            new PermissionChoice("query.run", "Run SQL on the tables.", MayGrant: true, IsGranted: false, IsDenied: true),
            new PermissionChoice("workspace.close", "Close the workspace and destroy its key.", MayGrant: false, IsGranted: false, IsDenied: false),
        ],
        FormProblems.Of("name", "Give a name of 1 to 60 characters."));

    public static ReviewModel Review { get; } = new(
        "/w/1",
        "/api/v1/workspaces/1/access-review.csv",
        [
            new ReviewRow(Home + "/1", "Asha Kulkarni", "asha@kesarvan.example", "owner", 38, "Passkey", IsWeak: false, Now, IsSuspended: false, 0),
            new ReviewRow(Home + "/3", "Sunil Pawar", "sunil@kesarvan.example", "member, Godown clerk", 14, "Password only", IsWeak: true, Now.AddDays(-1), IsSuspended: false, 2),
            new ReviewRow(Home + "/4", "मनीषा देशमुख", "manisha@kesarvan.example", "viewer", 6, "Code app", IsWeak: false, null, IsSuspended: true, 0),
        ],
        [
            new ReviewedClientRow("/w/1/clients/1", "Claude", "claude.ai", "Asha Kulkarni", "Read tables, Search, Read private columns too", IsPaused: false, Now.AddDays(60), Now.AddHours(-1)),
            new ReviewedClientRow("/w/1/clients/2", "Stock assistant", null, "Asha Kulkarni", "Read tables", IsPaused: true, Now.AddDays(5), null),
        ],
        ["Nightly report"],
        Now.AddDays(-3),
        IsDue: true,
        [new SignOffRow("Asha Kulkarni", Now.AddDays(-93), "Took the export from Sunil"), new SignOffRow("The server's operator", Now.AddDays(-180), "")],
        "",
        null);

    public static SupportModel Support { get; } = new(
        "/w/1/support",
        [
            new SupportRow("1", "Devika Rao", "The sync stands still since Monday", "open", Now.AddHours(-1), Now.AddHours(3), 2, [new SupportReadRow(Now, "GET /w/{workspace}/tables")], null, null, null),
            new SupportRow("2", "Devika Rao", "A figure of the stock report is wrong", "to_review", Now.AddDays(-1), Now.AddDays(-1), 0, [], null, null, FormProblems.Of("note", "Say what you looked at, in 10 to 500 characters.")),
            new SupportRow("3", "Devika Rao", "Help with the first import of the books", "reviewed", Now.AddDays(-20), Now.AddDays(-20), 1, [], "Asha Kulkarni", "They read the list of tables", null),
        ],
        MayEnd: true,
        MayReview: true);

    public static SettingsModel Settings { get; } = new("/w/1/settings", "4", 30, FormProblems.Of("idle", "Give a number from 5 to 60, or nothing."));

    public static InvitationModel Invitation { get; } = new("made-up", "asha@kesarvan.example", new SeenInvitation("Kesarvan Traders", "member", "Imran Shaikh", Now.AddDays(7)));

    public static InvitationModel InvitationError { get; } = new(
        "", "asha@kesarvan.example", null, "This invitation is not good for you: it was used or withdrawn, is too old, or was sent to another address.");
}
