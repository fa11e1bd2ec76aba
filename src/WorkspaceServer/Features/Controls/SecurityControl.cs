using WorkspaceServer.Dashboard.Languages;
using static WorkspaceServer.Dashboard.Languages.PageTexts;
using static WorkspaceServer.Features.Controls.ControlTopic;

namespace WorkspaceServer.Features.Controls;

/// <summary>One thing that protects the data, in words that need no engineer.</summary>
/// <param name="Id">As it stands in addresses and answers.</param>
/// <param name="Claims">Ids of the claims that it stands for: their tests prove it, and the checks that name them watch it. None: it is not there, and the page says so.</param>
internal sealed record SecurityControl(string Id, ControlTopic Topic, LaterText Title, params string[] Claims)
{
    /// <summary>Strangers are not told how it stands: it would tell them where to try.</summary>
    public bool IsInside { get; init; }

    /// <summary>Classes of tests that prove it beside those that carry its claims.</summary>
    public IReadOnlyList<string> Proofs { get; init; } = [];

    /// <summary>Every one of them. What the public page says, what super admins see and what `doctor --json` prints is made of this list alone.</summary>
    public static IReadOnlyList<SecurityControl> All { get; } =
    [
        new("second-factor", SignIn, T.Later("Everyone can turn on a second step at sign-in: an app, a passkey, backup codes"), "A5", "A10", "A11", "A13", "D2", "D28"),
        new("operators-second-factor", SignIn, T.Later("Those who run the server must have a second step"), "A23", "B17") { IsInside = true },
        new("passwords", SignIn, T.Later("Passwords are kept only as slow hashes, and who guesses has to wait longer each time"), "A6", "B14", "D39"),
        new("sessions", SignIn, T.Later("A session ends by itself, and at once when its owner ends it"), "A8", "A9", "A58", "D31"),
        new("own-credentials", SignIn, T.Later("Each person, agent and AI client has a key of its own; there is no default password"), "A20", "A22", "D41"),

        new("roles", Rights, T.Later("Every page, address and tool asks one policy what the caller may do"), "B18", "B19", "B20", "B23", "C13"),
        new("one-workspace", Rights, T.Later("Nobody reaches a workspace that is not theirs, whatever they put into a request"), "A80", "B21", "B22", "B37", "D32"),
        new("suspend", Rights, T.Later("An owner invites, suspends and removes people, and it is felt at the next request"), "B24", "B25"),
        new("support", Rights, T.Later("Whoever runs the server has no standing access to rows: a reason, four hours at most, and the owners see it"), "B26"),
        new("access-review", Rights, T.Later("Owners go through who has access, and sign for it"), "C16"),

        new("file-per-workspace", Encryption, T.Later("Each workspace is a file of its own with a key of its own"), "A29", "A30"),
        new("at-rest", Encryption, T.Later("Files are encrypted with AES-256, and a changed byte is noticed"), "A28", "B10", "D21"),
        new("master-key", Encryption, T.Later("The master key is a file for the service alone, and is in no backup, log or answer"), "A31", "A32") { IsInside = true },
        new("hashed-tokens", Encryption, T.Later("Of tokens only hashes are kept"), "A16", "A21", "A33"),
        new("settings-secrets", Encryption, T.Later("Secrets of the settings are in a file for the service alone"), "A34") { IsInside = true },

        new("ai-reads-only", Ai, T.Later("An AI client only reads, one workspace, in a process with bounds on time, memory and rows"), "A79", "C18", "C22", "C29", "C34"),
        new("ai-consent", Ai, T.Later("A person says what an AI client may do, and it gets no more than was ticked"), "C15", "C30", "C31"),
        new("hidden-columns", Ai, T.Later("Columns can be hidden from all AI clients or from one, and then do not exist for it"), "C23") { Proofs = ["HiddenColumnsTests", "HiddenNamesTests"] },
        new("masked-columns", Ai, T.Later("Columns can be masked for an AI client rather than hidden")),
        new("ai-budgets", Ai, T.Later("Each AI client has a budget of calls and rows"), "C32"),
        new("ai-stop", Ai, T.Later("One AI client, a workspace or the whole server can be stopped within a second"), "C45"),
        new("ai-approval", Ai, T.Later("What an AI client proposes is done only when a person accepts it"), "C33", "C43"),
        new("ai-injection", Ai, T.Later("Rows are handed to an AI as data, set apart from instructions"), "C26", "C28"),
        new("ai-redaction", Ai, T.Later("Card, bank and identity numbers are found in answers and masked"), "C25", "C27"),

        new("tls", Network, T.Later("Only TLS 1.2 and 1.3, and browsers are told never to use less"), "A24", "A25", "A26", "A49", "B8"),
        new("browser-policy", Network, T.Later("Pages run no script but their own and load nothing from elsewhere, but for the check that you are a person where it is turned on"), "A48", "A54", "A57", "A70"),
        new("cross-site", Network, T.Later("Other sites cannot act in a signed-in person’s name"), "A72", "D3", "D35", "D45"),
        new("rate-limits", Network, T.Later("Requests are counted by address, person and token, and too many are refused"), "A74", "A75", "D37", "D38"),
        new("agent-pinning", Network, T.Later("Agents talk to this server’s key alone, over TLS"), "A27", "C24"),
        new("loopback", Network, T.Later("The program listens to this machine only; a proxy stands in front of it"), "A40") { IsInside = true },
        new("firewall", Network, T.Later("The machine answers on the ports for ssh and the web only"), "A44") { IsInside = true },
        new("ssh", Network, T.Later("Nobody signs in to the machine with a password, nor as root"), "A46", "A47") { IsInside = true },
        new("fail2ban", Network, T.Later("Addresses that guess are shut out of the machine"), "A45") { IsInside = true },

        new("audit", Records, T.Later("What people, agents and the server do is in a log that is only added to; a changed row is found"), "A82", "A83", "B27", "B28"),
        new("security-events", Records, T.Later("Failed sign-ins, refused tokens and what else may be an attack have a log of their own, with numbers that never change"), "D51"),
        new("ai-activity", Records, T.Later("Each call of an AI client is written down before its answer goes out, and owners read it"), "C5", "C6", "C41"),
        new("audit-retention", Records, T.Later("The log is kept for twelve to thirteen months"), "A84", "A85"),
        new("no-secrets-in-logs", Records, T.Later("Rows, tokens and passwords are in no log"), "B44", "D48"),

        new("nightly-backup", Backup, T.Later("Everything is backed up each night and in between"), "A93", "B38", "C12"),
        new("sealed-backups", Backup, T.Later("Backups are encrypted so that this server cannot read them back"), "A94", "B11"),
        new("restore-drill", Backup, T.Later("A restore is practised, on another machine"), "A97", "A98", "B39"),
        new("backup-retention", Backup, T.Later("Backups are gone after thirty days"), "A96", "B41"),
        new("crash", Backup, T.Later("A crash loses nothing that was acknowledged"), "B40"),

        new("own-copy", YourData, T.Later("Everyone can take a copy of what is kept about them"), "A86", "A87"),
        new("closure", YourData, T.Later("Everyone can have their account closed"), "A89", "A90"),
        new("purge", YourData, T.Later("What is deleted is destroyed with its key after thirty days"), "A91", "D14", "D61", "D62"),

        new("input", Upkeep, T.Later("Every input has bounds and is checked; statements are constant text"), "A62", "A63", "A67", "A68"),
        new("hostile-text", Upkeep, T.Later("Names and cells are shown as they are and never run"), "A69", "A71"),
        new("attack-corpus", Upkeep, T.Later("Attacks are tried on it before each release, by the hundred"), "C36", "C37"),
        new("known-holes", Upkeep, T.Later("Packages with known holes stop a release"), "A103"),
        new("updates", Upkeep, T.Later("The machine installs security updates by itself"), "C19") { IsInside = true },
        new("clock", Upkeep, T.Later("The machine’s clock is right"), "B47") { IsInside = true },
        new("incident-plan", Upkeep, T.Later("There is a written plan for incidents, with the hours of the law"), "A105", "B33"),
        new("penetration-test", Upkeep, T.Later("Somebody from outside has tried to break in")),
        new("certificate", Upkeep, T.Later("An outside audit, such as SOC 2 or ISO 27001")),
        new("second-machine", Upkeep, T.Later("A second machine takes over when this one fails")),
        new("end-to-end", Upkeep, T.Later("The server itself cannot read the data (encryption from end to end)")),
    ];
}
