using WorkspaceServer.Hosting.Checks;

namespace WorkspaceServer.Features.Health.Checks;

/// <summary>A service of the machine runs, as systemd says.</summary>
internal abstract class ServiceCheck(HostPrograms programs, string unit, string cure) : ICheck
{
    private static readonly string[] NotActive = ["inactive", "failed", "activating", "deactivating", "unknown", "maintenance"];

    public async Task<IReadOnlyList<Finding>> LookAsync(CheckRequest request, CancellationToken cancel)
    {
        var answer = await programs.AskAsync("systemctl", ["is-active", unit], cancel);
        var state = answer?.Text.Trim() ?? "";
        return [answer?.ExitCode == 0 ? Finding.Ok("active", unit)
            : NotActive.Contains(state) ? Finding.Fail($"It is {state}.", unit, cure)
            : Finding.Warn("systemd does not run this machine, so nothing says whether it runs.", unit, "see by hand whether it runs")];
    }
}

/// <summary>The server's own service.</summary>
internal sealed class OwnServiceCheck(HostPrograms programs) : ServiceCheck(programs, "workspace-server.service", "journalctl -u workspace-server -n 50; then: systemctl enable --now workspace-server");

/// <summary>fail2ban, which shuts out addresses that try passwords.</summary>
internal sealed class Fail2BanCheck(HostPrograms programs) : ServiceCheck(programs, "fail2ban.service", "apt-get install fail2ban && systemctl enable --now fail2ban");

/// <summary>nginx, which ends TLS before the server.</summary>
internal sealed class NginxCheck(HostPrograms programs) : ServiceCheck(programs, "nginx.service", "nginx -t; then: systemctl enable --now nginx");

/// <summary>nginx's files.</summary>
internal sealed class NginxFilesCheck(HostPrograms programs) : ICheck
{
    /// <summary>Part of the warning that nginx gives when somebody else than root runs it.</summary>
    private const string NotRoot = "super-user privileges";

    public async Task<IReadOnlyList<Finding>> LookAsync(CheckRequest request, CancellationToken cancel) => [await programs.AskAsync("nginx", ["-t", "-q"], cancel) switch
    {
        null => Finding.Fail("nginx is not installed: nothing ends TLS before the server.", "nginx", "apt-get install nginx"),
        { ExitCode: 0 } => Finding.Ok("nginx takes its files", "/etc/nginx"),
        { Text: var text } when text.Contains(NotRoot, StringComparison.Ordinal) && Reason(text).Contains("Permission denied", StringComparison.Ordinal) => Finding.Warn("Its certificate and key can be read by root only.", "/etc/nginx", "sudo workspace-server doctor --host, or: sudo nginx -t"),
        { Text: var text } => Finding.Fail($"nginx would not start again: {Reason(text)}", "/etc/nginx", "nginx -t; correct the line that it names; then: systemctl reload nginx"),
    }];

    /// <summary>What stopped it; warnings may stand before that.</summary>
    private static string Reason(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return lines.FirstOrDefault(line => line.Contains("[emerg]", StringComparison.Ordinal)) ?? lines.FirstOrDefault() ?? "it does not say why";
    }
}

/// <summary>A firewall is loaded that drops what it does not know.</summary>
internal sealed class FirewallCheck(HostPrograms programs) : ICheck
{
    private const string Cure = "apt-get install nftables && systemctl enable --now nftables; the rules are in /etc/nftables.conf";

    public async Task<IReadOnlyList<Finding>> LookAsync(CheckRequest request, CancellationToken cancel) => [await programs.AskAsync("nft", ["list", "ruleset"], cancel) switch
    {
        null => Finding.Fail("nftables is not installed: every port of this machine is open.", "nftables", Cure),
        { ExitCode: not 0 } => Finding.Warn("The rules can be read by root only.", "nftables", "sudo workspace-server doctor --host, or: sudo nft list ruleset"),
        { Text: var rules } when rules.Contains("hook input", StringComparison.Ordinal) && rules.Contains("policy drop", StringComparison.Ordinal) => Finding.Ok("incoming traffic is dropped unless a rule lets it in", "nftables"),
        _ => Finding.Fail("No rule drops incoming traffic: every port of this machine is open.", "/etc/nftables.conf", Cure),
    }];
}

/// <summary>ssh takes keys only, and root not at all, as the running configuration says.</summary>
internal sealed class SshCheck(HostPrograms programs) : ICheck
{
    // What sshd -T must say, and what it means if it does not.
    private static readonly (string Line, string Wrong)[] Wanted =
    [
        ("permitrootlogin no", "Root may sign in over ssh."),
        ("passwordauthentication no", "ssh takes passwords."),
        ("kbdinteractiveauthentication no", "ssh takes passwords by the keyboard-interactive way."),
    ];

    public async Task<IReadOnlyList<Finding>> LookAsync(CheckRequest request, CancellationToken cancel)
    {
        var answer = await programs.AskAsync("sshd", ["-T"], cancel);
        if (answer is not { } said)
        {
            return [Finding.Ok("there is no ssh server", "sshd")];
        }

        if (said.ExitCode != 0)
        {
            return [Finding.Warn("Its settings can be read by root only, or are wrong.", "/etc/ssh", "sudo sshd -T")];
        }

        var lines = said.Text.Split('\n').Select(line => line.Trim()).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var wrong = Wanted.Where(each => !lines.Contains(each.Line))
            .Select(each => Finding.Fail(each.Wrong, "/etc/ssh/sshd_config.d", $"sshd takes the first value that it reads: put '{each.Line}' into a file there that comes before the others; then: sshd -t && systemctl reload ssh")).ToArray();
        return wrong.Length > 0 ? wrong : [Finding.Ok("takes keys only, and root not at all", "/etc/ssh")];
    }
}
