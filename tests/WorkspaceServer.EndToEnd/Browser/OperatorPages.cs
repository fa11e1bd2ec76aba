using WorkspaceServer.Dashboard.Components;
using WorkspaceServer.Features.Backups.Pages;
using WorkspaceServer.Features.Operator.Pages;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.EndToEnd.Browser;

/// <summary>Made-up content of the pages about backups and of those for super admins, for the gallery.</summary>
internal static class OperatorPages
{
    private static readonly DateTimeOffset Now = new(2026, 10, 9, 5, 16, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Night = Now.AddHours(-8.7);

    public static BackupsModel Backups { get; } = new(
        "0199c3f2a4b87d10", IsOn: true, Night, 212_000_000, IsLate: false, Night.AddDays(1), 5, 30, Night.AddDays(-3), 41.7,
        [new BackupNight(Night, Night.AddSeconds(142), "ok"), new BackupNight(Night.AddDays(-1), Night.AddDays(-1).AddSeconds(9), "store_failed"), new BackupNight(Night.AddDays(-2), null, "running")]);

    public static WorkspacesModel Workspaces { get; } = new(
    [
        new OperatedWorkspace("0199c3f2a4b87d10", "Kesarvan Traders", Now.AddDays(-400), 412_000_000, Now.AddMinutes(-4)),
        new OperatedWorkspace("0199c3f2a4b87d11", "<b>कुलकर्णी</b> Cold Storage and Warehousing Private Limited", Now.AddDays(-20), 40_960, Now.AddDays(-1)),
        new OperatedWorkspace("0199c3f2a4b87d12", "Lost", Now.AddDays(-2), 0, null),
    ]);

    public static PeopleModel People { get; } = new(
        "/operator/people",
        [
            new OperatedPerson("1", "Devika Rao", "devika@rao.example", true, true, Now.AddDays(-400), false, true),
            new OperatedPerson("2", "<i>Asha</i> Kulkarni", "asha@kesarvan.example", false, true, Now.AddDays(-40), false, false),
            new OperatedPerson("3", "मनीषा देशमुख", "manisha.with.a.long.address@kesarvan.example", false, false, Now.AddDays(-4), true, false),
        ],
        FormProblems.Whole("Asha is suspended already.", 409));

    public static OperatorBackupsModel AllBackups { get; } = new(
        "/operator/backups", IsOn: true, IsAsked: false, Problem: null, DrilledAt: null,
        [
            new BackupAttempt(Night, Night.AddSeconds(142), "ok", null, 12, 88, 412_000_000),
            new BackupAttempt(Night.AddDays(-1), Night.AddDays(-1).AddSeconds(9), "store_failed", "The store answered 503 to a PUT.", 0, 0, 0),
        ],
        [
            new StoredBackup("20261009t051100000z-5f2a9c01", false, Now.AddMinutes(-5), 2, 81_920, ""),
            new StoredBackup("20261008t203000000z-0a1b2c3d", true, Night, 101, 9_412_000_000, ""),
            new StoredBackup("?", true, null, 0, 0, "The object generations/x.json is not signed with the key that belongs to this master key: it was changed, or is another server's."),
        ]);

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
}
