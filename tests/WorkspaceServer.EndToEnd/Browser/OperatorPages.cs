using WorkspaceServer.Dashboard.Components;
using WorkspaceServer.Features.Backups.Pages;
using WorkspaceServer.Features.Closure.Pages;
using WorkspaceServer.Features.Operator.Pages;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.EndToEnd.Browser;

/// <summary>Made-up content of the pages about backups and of those for super admins, for the gallery.</summary>
internal static class OperatorPages
{
    private static readonly DateTimeOffset Now = new(2026, 10, 9, 5, 16, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Night = Now.AddHours(-8.7);

    public static BackupsModel Backups { get; } = new(
        "0199c3f2a4b87d10", "ap-south-1 (IN)", IsOn: true, "IN", Night, 212_000_000, IsLate: false, Night.AddDays(1), 5, 30, Night.AddDays(-3), 41.7,
        [new BackupNight(Night, Night.AddSeconds(142), "ok"), new BackupNight(Night.AddDays(-1), Night.AddDays(-1).AddSeconds(9), "store_failed"), new BackupNight(Night.AddDays(-2), null, "running")]);

    private static readonly MomentRow[] Moments =
    [
        new(Now.AddMinutes(-5), false, 81_920, false, "/w/1/backups/copy?moment=4", null),
        new(Now.AddHours(-2), false, 1_181_920, false, "/w/1/backups/copy?moment=3", null),
        new(Night, true, 212_000_000, false, "/w/1/backups/copy?moment=2", null),
        new(null, true, 0, false, null, "/w/1/backups?night=1#moments"),
        new(Night.AddDays(-2), true, 209_000_000, true, "/w/1/backups/copy?moment=1", "/w/1/backups?night=1#moments"),
    ];

    public static BackupsView BackupsPage { get; } = new(Backups, "/w/1/backups", Moments, IsCut: true, MayAsk: true, Request: null, Gallery.Live + "/events", Gallery.LiveState);

    public static CopyModel Copy { get; } = new("/w/1/backups", "/w/1/backups/copy", "20261008t203000000z-0a1b2c3d", Night, IsWhole: true, 212_000_000, "Kesarvan Traders (2026-10-09)", 7, Problems: null);

    /// <summary>The page while a request stands like this: then nothing else can be asked for.</summary>
    public static BackupsView WithRequest(string state, string? failure = null, string? reason = null, string? href = null) => BackupsPage with
    {
        Moments = state is "asked" or "running" or "failed" ? [.. Moments.Select(moment => moment with { CopyHref = null })] : Moments,
        Request = new CopyRequestView(
            "0199c3f2a4b87d200199c3f2a4b87d20", state, "<i>Asha</i> Kulkarni", "<b>कुलकर्णी</b> Cold Storage and Warehousing (2026-10-09)", Night, Now.AddHours(-3), Now.AddDays(6.9),
            state == "running" ? Now.AddMinutes(-2) : null, null, failure, reason, href),
    };

    public static WorkspacesModel Workspaces { get; } = new(
        "/operator/workspaces",
        203,
    [
        new OperatedWorkspace("0199c3f2a4b87d10", "Kesarvan Traders", Now.AddDays(-400), 412_000_000, Now.AddMinutes(-4)),
        new OperatedWorkspace("0199c3f2a4b87d11", "<b>कुलकर्णी</b> Cold Storage and Warehousing Private Limited", Now.AddDays(-20), 40_960, Now.AddDays(-1)),
        new OperatedWorkspace("0199c3f2a4b87d12", "Lost", Now.AddDays(-2), 0, null),
    ],
        "/operator/workspaces?after=0199c3f2a4b87d12",
        "/operator/workspaces",
        [
            new HeldWorkspace("0199c3f2a4b87d13", "Old books", Now.AddDays(-700), Now.AddDays(12)),
            new HeldWorkspace("0199c3f2a4b87d14", "<i>Deleted</i> by mistake, with a name that somebody typed at length", Now.AddDays(-9), Now.AddDays(29)),
        ]);

    public static LimitsModel Limits { get; } = new(
        [new LimitedClassRow("sign-in", 10, 300, "address", true, "Limits:SignIn"), new LimitedClassRow("mcp", 600, 60, "token", false, "Limits:Mcp"), new LimitedClassRow("token-exchange", 60, 60, "address", false, "Limits:TokenExchange")],
        [new BoundRow("body of a request", 1_048_576, "bytes", "Server:MaxRequestBodyBytes"), new BoundRow("one value that a statement reads or makes", 10_000_000, "bytes", "fixed"), new BoundRow("rows that a token reads", 100_000, "rows a day", "Mcp:RowsPerDay, token create --rows-per-day")],
        [new LimitedEndpointRow("POST", "/mcp", "mcp"), new LimitedEndpointRow("POST", "/sign-in", "sign-in"), new LimitedEndpointRow("PUT", "/api/v1/workspaces/{workspace}/sync/runs/{run}/batches/{number}", "sync")]);

    public static OperatorClosuresModel Closures { get; } = new(
        "/operator/closures/approve",
        [
            new ClosureRow("0199c3f2a4b87d20", "Asha Kulkarni", "asha@kesarvan.example", Now.AddDays(-2), [], ["Kesarvan Traders", "कुलकर्णी कुटुंब"]),
            new ClosureRow("0199c3f2a4b87d21", "", "somebody.with.a.long.address@a-firm-with-a-long-name.example", Now.AddDays(-1), ["<b>Cold</b> Storage"], []),
        ],
        [new ClosedRow("Rohan Rao", "rohan@rao.example", Now.AddDays(-12), Now.AddDays(-9))]);

    public static PeopleModel People { get; } = new(
        "/operator/people",
        1_204,
        [
            new OperatedPerson("1", "Devika Rao", "devika@rao.example", true, true, Now.AddDays(-400), false, true),
            new OperatedPerson("2", "<i>Asha</i> Kulkarni", "asha@kesarvan.example", false, true, Now.AddDays(-40), false, false),
            new OperatedPerson("3", "मनीषा देशमुख", "manisha.with.a.long.address@kesarvan.example", false, false, Now.AddDays(-4), true, false),
        ],
        "/operator/people?after=3",
        First: null,
        FormProblems.Whole("Asha is suspended already.", 409));

    public static OperatorBackupsModel AllBackups { get; } = new(
        "/operator/backups", IsOn: true, IsAsked: false, Running: null, Gallery.Live + "/events", Gallery.LiveState, Problem: null, DrilledAt: null,
        [
            new BackupAttempt(Night, Night.AddSeconds(142), "ok", null, 12, 88, 412_000_000),
            new BackupAttempt(Night.AddDays(-1), Night.AddDays(-1).AddSeconds(9), "store_failed", "The store answered 503 to a PUT.", 0, 0, 0),
        ],
        [
            new StoredBackup("20261009t051100000z-5f2a9c01", false, Now.AddMinutes(-5), 2, 81_920, ""),
            new StoredBackup("20261008t203000000z-0a1b2c3d", true, Night, 101, 9_412_000_000, ""),
            new StoredBackup("?", true, null, 0, 0, "The object generations/x.json is not signed with the key that belongs to this master key: it was changed, or is another server's."),
        ]);

    public static IReadOnlyList<AskedCopy> AskedCopies { get; } =
    [
        new("0199c3f2a4b87d200199c3f2a4b87d20", "Kesarvan Traders", "Kesarvan Traders (2026-10-09)", "asha@kesarvan.example", Night, Now.AddHours(-3), Now.AddDays(6.9), null, null, false),
        new("0199c3f2a4b87d200199c3f2a4b87d21", "<b>कुलकर्णी</b> Cold Storage and Warehousing Private Limited", "$(reboot); <i>a name</i> that somebody typed at length, to be pasted `somewhere`", "somebody.with.a.long.address@a-firm-with-a-long-name.example", Night.AddDays(-20), Now.AddDays(-6), Now.AddDays(1), null, "cannot_decrypt", true),
        new("0199c3f2a4b87d200199c3f2a4b87d22", "Rao", "Rao of then", "rohan@rao.example", Night, Now.AddHours(-3), Now.AddDays(6.9), Now.AddMinutes(-1), null, false),
    ];

    public static DoctorModel Doctor { get; } = new(
    [
        new DoctorFinding("Fail", "disk", "3% of the disk is free: 1.2 GB of 40 GB. When it is full, nothing can be loaded.", "/var/lib/workspace-server", "remove what is not needed, or add a disk"),
        new DoctorFinding("Warn", "backup", "The last one is of <b>yesterday</b>.", null, "workspace-server backup run"),
        new DoctorFinding("Skipped", "SQL sandbox", "not looked at: disk comes first", null, null),
        new DoctorFinding("Ok", "master key", "it opens the control database", "/etc/workspace-server/master.key", null),
    ]);

    public static OperatorSupportModel Support { get; } = new(
        "/operator/support",
        [
            new GivenSupport("Kesarvan Traders", "/w/1", "Devika Rao", "The sync stands still since Monday, as <b>Asha</b> wrote", "open", Now.AddHours(-1), Now.AddHours(3), 12),
            new GivenSupport("कुलकर्णी कुटुंब", "/w/3", "Devika Rao", "A figure of the stock report is wrong", "reviewed", Now.AddDays(-20), Now.AddDays(-20), 0),
        ],
        [new SelectOption("1", "Kesarvan Traders"), new SelectOption("2", "Kesarvan Cold Storage")],
        "1",
        "help",
        "60",
        FormProblems.Of("reason", "Say why, in 10 to 500 characters. The owners read it."));

    public static ControlsModel Controls { get; } = new(
        "/operator/controls/claims",
        Now,
        "0.9.0",
        [new ControlCount("absent", 2), new ControlCount("partial", 2), new ControlCount("live", 2)],
        [
            new ControlTopicRows("Signing in",
            [
                new ControlRow("second-factor", "Everyone can turn on a second step at sign-in: an app, a passkey, backup codes", "live", null, ["A5", "A10", "A11", "A13"], ["AccountTests", "MfaTests", "PasskeyTests"], [], [], []),
                new ControlRow("operators-second-factor", "Those who run the server must have a second step", "partial", Now, ["A23", "B17"], ["OperatorMfaTests"], ["B17"], [new ControlLookRow("second factor", false, "1 of 2 who run the server have none yet; until then they reach only the page where they set one up.", "let them sign in and set it up, or suspend them: workspace-server user list")], []),
            ]),
            new ControlTopicRows("Backups",
            [
                new ControlRow("nightly-backup", "Everything is backed up each night and in between", "absent", Now, ["A93", "B38"], ["BackupTests"], [], [new ControlLookRow("backup", false, "The last one is of <b>yesterday</b>.", "workspace-server backup run")], []),
                new ControlRow("restore-drill", "A restore is practised, on another machine", "live", Now.AddDays(-3), ["A97", "A98", "B39"], ["DrillTests"], [], [new ControlLookRow("restore drill", true, "everything came back in the one of 2026-10-06, after 184 s", null)], []),
            ]),
            new ControlTopicRows("Upkeep of the program",
            [
                new ControlRow("ssh", "Nobody signs in to the machine with a password, nor as root", "partial", null, ["A46", "A47"], ["HostChecksTests"], [], [], ["ssh"]),
                new ControlRow("certificate", "An auditor has certified it (SOC 2, ISO 27001)", "absent", null, [], [], [], [], []),
            ]),
        ]);

    public static ClaimsModel Claims { get; } = new(
        "/operator/controls/claims",
        "/operator/controls",
        Now,
        [new ControlCount("wrong", 1), new ControlCount("absent", 96), new ControlCount("partial", 214), new ControlCount("live", 8), new ControlCount("not_software", 31)],
        "",
        [
            new ClaimRow("A93", "SW", "Each workspace gets a consistent snapshot (online backup API / VACUUM INTO) per night while writers run; missed night is visible and alerts.", "wrong", ["BackupTests", "PinnedDatabaseTests"], ["backup"], ["backup: The last one is of <b>yesterday</b>."]),
            new ClaimRow("A28", "SW", "For every *.db, -wal, -shm, -journal and temp file: no `SQLite format 3` header, no canary text.", "live", ["EncryptedDatabaseTests"], ["SQLCipher library"], ["SQLCipher library: 4.14.0 community"]),
            new ClaimRow("A46", "OPS", "`ops/ssh/` drop-in has PasswordAuthentication no, KbdInteractiveAuthentication no.", "partial", ["ChecksTests"], ["ssh"], []),
            new ClaimRow("B15", "SW", "A made-up claim that goes on.", "absent", [], [], []),
            new ClaimRow("C9", "POL", "Policy.", "not_software", [], [], []),
        ],
        "/operator/controls/claims?state=&after=C9",
        First: null);
}
