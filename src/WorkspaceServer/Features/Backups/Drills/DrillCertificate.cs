using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace WorkspaceServer.Features.Backups.Drills;

/// <summary>What came of one practised restore.</summary>
/// <param name="Backup">Id of the whole backup that was restored.</param>
/// <param name="AsOf">The moment that the restored state is of.</param>
/// <param name="DrilledAt">When the drill ended.</param>
/// <param name="RestoreSeconds">Fetching and proving alone.</param>
/// <param name="RecoveryTimeSeconds">From nothing to a server that answers.</param>
/// <param name="RecoveryPointSeconds">How old the restored state was when the drill began: what came in since would be lost.</param>
/// <param name="Paths">By primary path of the restored server: PASS or FAIL.</param>
/// <param name="SampledOf">Of how many workspaces those that were restored are a sample; null if they are all.</param>
internal sealed partial record DrillCertificate(
    string Backup,
    DateTimeOffset AsOf,
    DateTimeOffset DrilledAt,
    bool RanAsRoot,
    long Workspaces,
    long Rows,
    long Bytes,
    double RestoreSeconds,
    double RecoveryTimeSeconds,
    double RecoveryPointSeconds,
    bool Passed,
    IReadOnlyDictionary<string, string> Paths,
    long? SampledOf = null)
{
    public const string Pass = "PASS";
    public const string Fail = "FAIL";

    private const int MaxPaths = 50;

    /// <summary>Whether it says something that can be: bounded, and passed only if every path did.</summary>
    public bool IsSound() =>
        Backup is { Length: > 0 and <= 100 } && Paths is { Count: > 0 and <= MaxPaths }
        && Paths.All(path => PathName().IsMatch(path.Key) && path.Value is Pass or Fail)
        && Passed == Paths.Values.All(word => word == Pass)
        && (SampledOf is null || SampledOf > Workspaces) && AsOf <= DrilledAt && Workspaces >= 0 && Rows >= 0 && Bytes >= 0
        && RestoreSeconds >= 0 && RecoveryTimeSeconds >= 0 && RecoveryPointSeconds >= 0;

    /// <summary>The page for people to read, as Markdown.</summary>
    public string ToPage(string signer)
    {
        var page = new StringBuilder();
        page.AppendLine(CultureInfo.InvariantCulture, $"# Restore drill of {DrilledAt.UtcDateTime:yyyy-MM-dd}").AppendLine()
            .AppendLine(Passed ? "Everything came back." : "NOT everything works; see the paths below.").AppendLine()
            .AppendLine(CultureInfo.InvariantCulture, $"- Backup: {Backup}, state of {AsOf.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC")
            .AppendLine(CultureInfo.InvariantCulture, $"- {Workspaces} workspaces{(SampledOf is { } all ? string.Create(CultureInfo.InvariantCulture, $", a sample of {all}") : "")}, {Rows} rows; every page and every total agrees with what was backed up")
            .AppendLine(CultureInfo.InvariantCulture, $"- From nothing to a server that answers: {RecoveryTimeSeconds:0.0} s, of which {RestoreSeconds:0.0} s to fetch and prove")
            .AppendLine(CultureInfo.InvariantCulture, $"- What was written in the {RecoveryPointSeconds:0} s before the drill began would be lost.")
            .AppendLine(RanAsRoot ? "- Ran as root" : "- Ran as an ordinary user").AppendLine()
            .AppendLine("| path | result |").AppendLine("|---|---|");
        foreach (var (name, word) in Paths)
        {
            page.AppendLine(CultureInfo.InvariantCulture, $"| {name.Replace('_', ' ')} | {word} |");
        }

        return page.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"Signed with the key of backups, {signer}. Check drill-certificate.json with: workspace-server drill verify drill-certificate.json").ToString();
    }

    [GeneratedRegex("^[a-z][a-z0-9_]{0,49}$")]
    private static partial Regex PathName();
}
