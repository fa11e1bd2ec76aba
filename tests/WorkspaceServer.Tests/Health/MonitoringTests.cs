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

    private static string Read(string path) => File.ReadAllText(Repository.PathOf(path));

    /// <summary>The names under which headings can be linked to.</summary>
    private static IEnumerable<string> Headings(string path) => Read(path).Split('\n').Where(line => line.StartsWith("## ", StringComparison.Ordinal))
        .Select(line => Regex.Replace(line[3..].ToLowerInvariant().Replace(' ', '-'), "[^a-z0-9-]", ""));

    [GeneratedRegex(@"\b(workspace|process|dotnet)_[a-z_]+[a-z]\b")]
    private static partial Regex Metric();

    [GeneratedRegex("runbook: (?<file>[a-z/.-]+)#(?<part>[a-z-]+)")]
    private static partial Regex Runbook();

    [GeneratedRegex(@"\(#(?<part>[a-z-]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"(^|`)workspace-server (?<arguments>[^`\n>]+)", RegexOptions.Multiline)]
    private static partial Regex Command();
}
