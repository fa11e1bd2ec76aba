using System.Text.RegularExpressions;
using WorkspaceServer.Commands;
using WorkspaceServer.Testing;
using WorkspaceServer.Tests.Architecture;
using Xunit;

namespace WorkspaceServer.Tests.Health;

/// <summary>What ops/ ships for watching the server speaks of things that are there.</summary>
public sealed partial class MonitoringTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("claim", "B31")]
    public async Task EveryMetricOfTheDashboardAndOfTheAlertsIsMeasured()
    {
        await using var server = await RunningServer.StartAsync();
        using (await server.SendAsync(HttpMethod.Get, "/healthz", null))
        using (await server.SendAsync(HttpMethod.Get, "/metrics", null))
        {
        }

        using var answer = await server.SendAsync(HttpMethod.Get, "/metrics", null);
        var measured = MetricsTests.Parse(await answer.Content.ReadAsStringAsync(Cancel)).Keys.Select(series => series.Split('{')[0]).ToHashSet(StringComparer.Ordinal);
        foreach (var file in (string[])["dashboard.json", "alerts.yml"])
        {
            var named = Metric().Matches(Read("ops/monitoring/" + file)).Select(match => match.Value).Distinct().ToArray();
            Assert.True(named.Length >= 10, file);
            Assert.Empty(named.Except(measured));
        }
    }

    [Fact]
    [Trait("claim", "B31")]
    public void TheDashboardIsJsonAndEachAlertNamesAPartOfARunbook()
    {
        Assert.True(System.Text.Json.JsonElement.Parse(Read("ops/monitoring/dashboard.json")).GetProperty("panels").GetArrayLength() >= 10);
        var alerts = Read("ops/monitoring/alerts.yml");
        var runbooks = Runbook().Matches(alerts);

        Assert.Equal(alerts.Split("- alert:").Length - 1, runbooks.Count);
        Assert.All(runbooks, match => Assert.Contains(match.Groups["part"].Value, Headings(match.Groups["file"].Value)));
    }

    [Fact]
    [Trait("claim", "A105")]
    public void TheDecisionTreeHasBothDeadlinesAndItsCommandsExist()
    {
        var text = Read("ops/runbooks/incident.md");
        Assert.Contains("CERT-In WITHIN 6 HOURS", text, StringComparison.Ordinal);
        Assert.Contains("AUTHORITY WITHIN 72 HOURS", text, StringComparison.Ordinal);

        var commands = Command().Matches(text).Select(match => match.Groups["arguments"].Value).Distinct().ToArray();
        Assert.True(commands.Length >= 15, $"{commands.Length} commands");
        Assert.Contains(commands, command => command.StartsWith("audit export", StringComparison.Ordinal));
        Assert.DoesNotContain(commands, command => Cli.Build().Parse(command).Errors.Count > 0);
        Assert.NotEmpty(Cli.Build().Parse("audit exprt --out x").Errors);
        // Every link inside leads somewhere.
        Assert.Empty(Link().Matches(text).Select(match => match.Groups["part"].Value).Except(Headings("ops/runbooks/incident.md")));
    }

    /// <summary>What must raise an alert, and what its expression asks.</summary>
    [Theory]
    [Trait("claim", "D53")]
    [InlineData("refused sign-ins and tokens", "PasswordsOrTokensAreTried", "status=\"401\"")]
    [InlineData("failing requests", "RequestsFail", "status=~\"5..\"")]
    [InlineData("a burst of 429", "TooManyAreTurnedAway", "status=\"429\"")]
    [InlineData("sync that stands still", "AgentsAreSilent", "workspace_agents{heard=\"earlier\"}")]
    [InlineData("the age of the backup", "NightMissed", "time() - workspace_backup_last_good_timestamp_seconds")]
    [InlineData("the age of the drill", "RestoreIsNotPractised", "time() - workspace_drill_last_good_timestamp_seconds")]
    [InlineData("a disk with less than a tenth free", "DiskIsNearlyFull", "workspace_disk_free_bytes / workspace_disk_size_bytes < 0.1")]
    public void ThereIsAnAlertFor(string subject, string name, string asks) =>
        Assert.True(Alerts().Any(alert => alert.Name == name && alert.Expression.Contains(asks, StringComparison.Ordinal)), subject);

    [Fact]
    [Trait("claim", "D73")]
    public void EachAlertLeadsToAPartOfTheRunbookThatItsFirstTableNamesAndThatHasSteps()
    {
        var table = Read("ops/runbooks/incident.md").Split("## ")[0];
        var parts = Runbook().Matches(Read("ops/monitoring/alerts.yml")).Select(match => match.Groups["part"].Value).Distinct().ToArray();

        Assert.True(parts.Length >= 7, string.Join(' ', parts));
        Assert.All(parts, part => Assert.Contains($"(#{part})", table, StringComparison.Ordinal));
        Assert.All(parts, part => Assert.Matches("(?m)^1\\. |five phases", Part(part)));
    }

    [Fact]
    [Trait("claim", "B33")]
    public void TheFivePhasesOfAnIncidentStandInTheirOrderWithCommands()
    {
        string[] phases = ["triage", "containment", "eradication", "recovery", "post-incident-review"];

        Assert.Equal(phases, Headings("ops/runbooks/incident.md").Where(phases.Contains));
        Assert.All(phases[..4], phase => Assert.Matches(Command(), Part(phase)));
        Assert.All(phases, phase => Assert.Contains($"(#{phase})", Part("somebody-is-inside-or-tries-to-be"), StringComparison.Ordinal));
    }

    [Fact]
    [Trait("claim", "C38")]
    public void AnAiClientThatMisbehavesIsPutIntoQuarantineItsTrailKeptAndItsAccessEnded()
    {
        var commands = Command().Matches(Part("an-ai-client-misbehaves")).Select(match => match.Groups["arguments"].Value).ToArray();

        Assert.All(["client pause ", "ai stop", "audit export ", "audit timeline ", "client revoke "], wanted => Assert.Contains(commands, command => command.StartsWith(wanted, StringComparison.Ordinal)));
        Assert.Contains("(#an-ai-client-misbehaves)", Read("ops/runbooks/incident.md").Split("## ")[0], StringComparison.Ordinal);
    }

    [Fact]
    [Trait("claim", "D58")]
    public void TheReviewHasATemplateThatEndsInChangesAndInThePlaybook() =>
        Assert.All(["Noticed:", "Hour by hour:", "Cause:", "Told:", "Changes:", "Playbook:"], field => Assert.Contains("\n" + field, Part("post-incident-review"), StringComparison.Ordinal));

    private static IEnumerable<(string Name, string Expression)> Alerts() => Read("ops/monitoring/alerts.yml").Split("- alert: ").Skip(1)
        .Select(alert => (alert[..alert.IndexOf('\n', StringComparison.Ordinal)], alert.Split("expr: ")[1].Split('\n')[0]));

    /// <summary>What stands below one heading of the runbook of incidents.</summary>
    private static string Part(string heading) => Read("ops/runbooks/incident.md").Split("\n## ").Single(part => Anchor(part.Split('\n')[0]) == heading);

    private static string Anchor(string heading) => Regex.Replace(heading.ToLowerInvariant().Replace(' ', '-'), "[^a-z0-9-]", "");

    private static string Read(string path) => File.ReadAllText(Repository.PathOf(path));

    /// <summary>The names under which headings can be linked to.</summary>
    private static IEnumerable<string> Headings(string path) => Read(path).Split('\n').Where(line => line.StartsWith("## ", StringComparison.Ordinal))
        .Select(line => Anchor(line[3..]));

    [GeneratedRegex(@"\b(workspace|process|dotnet)_[a-z_]+[a-z]\b")]
    private static partial Regex Metric();

    [GeneratedRegex("runbook: (?<file>[a-z/.-]+)#(?<part>[a-z-]+)")]
    private static partial Regex Runbook();

    [GeneratedRegex(@"\(#(?<part>[a-z-]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"(^|`)workspace-server (?<arguments>[^`\n>]+)", RegexOptions.Multiline)]
    private static partial Regex Command();
}
