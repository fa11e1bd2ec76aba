using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using WorkspaceServer.Features.Samples;
using WorkspaceServer.Testing;
using WorkspaceServer.Tests.Sandbox;
using Xunit;

namespace WorkspaceServer.Tests.Isolation;

/// <summary>Ten thousand calls, several at once: a random caller, a random workspace that is meant, a random and often hostile question.</summary>
[Collection(AloneCollection.Name)]
public sealed class RandomCallsTests(TwentyWorkspaces world) : IClassFixture<TwentyWorkspaces>
{
    private const int DefaultCalls = 10_000;
    private const int DefaultSeed = 20261124;
    private const int AtOnce = 8;
    private readonly ConcurrentQueue<string> complaints = new();
    private readonly ConcurrentDictionary<string, byte> tags = new();
    private int ownAnswers;
    private int refusals;
    private int busy;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>More calls, or others: ATTACK_CALLS=100000 ATTACK_SEED=7.</summary>
    [Fact]
    [Trait("claim", "A80")]
    [Trait("claim", "B22")]
    [Trait("claim", "B37")]
    [Trait("claim", "C26")]
    public async Task NothingOfAnotherWorkspaceIsEverSeenOrChanged()
    {
        var (calls, seed) = (Setting("ATTACK_CALLS", DefaultCalls), Setting("ATTACK_SEED", DefaultSeed));
        using var files = new WatchedFiles(Path.Combine(world.Server.Workspaces.Folder.Path, "workspaces"));
        var before = DatabasesIn(files);

        // A question about another workspace is asked twice, the second time about one that does not exist; both count.
        var made = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, calls), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = Cancel }, async (number, _) =>
        {
            if (Volatile.Read(ref made) < calls)
            {
                Interlocked.Add(ref made, await TryAsync(new SeededRandom(((ulong)seed << 32) + (ulong)number)));
            }
        });

        Examine(world.Server.Logs.Lines);
        Require(DatabasesIn(files) == before, "a file of a workspace changed");
        Assert.True(complaints.IsEmpty, $"seed {seed}, {complaints.Count} complaints; the first ones:\n{string.Join("\n\n", complaints.Take(5))}");
        Assert.InRange(made, calls, calls + AtOnce + AtOnce);

        // A run in which nobody gets an answer, or nobody is refused, would prove nothing.
        Assert.InRange(ownAnswers, calls / 20, calls);
        Assert.InRange(refusals, calls / 20, calls);
        Assert.InRange(busy, 0, calls / 50);
    }

    [Fact]
    public void APlantedLeakWouldBeFound()
    {
        var (mine, other) = (world.Tenants[0], world.Tenants[1]);

        Assert.Null(LeakIn($"rows of {mine.Canary}, {mine.Hidden}", mine, seesHidden: true, asked: ""));
        Assert.NotNull(LeakIn($"rows of {other.Canary.ToUpperInvariant()}", mine, seesHidden: true, asked: ""));
        Assert.NotNull(LeakIn($"no such column: {other.Target.Column}", mine, seesHidden: true, asked: "SELECT 1"));
        Assert.NotNull(LeakIn(mine.Hidden, mine, seesHidden: false, asked: ""));
        Assert.Null(LeakIn($"no such table: {other.Target.Table}", mine, seesHidden: false, asked: $"SELECT * FROM {other.Target.Table}"));
    }

    /// <summary>The trail of statements beside each database grows with every question.</summary>
    private static string DatabasesIn(WatchedFiles files) => string.Join('\n', files.State().Split('\n').Where(line => line.Contains("workspace.db", StringComparison.Ordinal)));

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    /// <returns>How many calls it made.</returns>
    private async Task<int> TryAsync(SeededRandom random)
    {
        var (caller, meant) = (random.Pick(world.Tenants), random.Pick(world.Tenants));
        meant = random.OneIn(2) ? caller : meant;
        var seesHidden = random.OneIn(2);
        var call = new RandomCall(random);
        var answer = await SendAsync(call, caller, seesHidden, meant.Target);
        if (meant == caller)
        {
            Interlocked.Add(ref ownAnswers, answer.Body.Contains(caller.Canary, StringComparison.Ordinal) ? 1 : 0);
            return 1;
        }

        var unknown = await SendAsync(call, caller, seesHidden, world.Unknown);
        Interlocked.Add(ref refusals, answer.Body.Contains("isError\":true", StringComparison.Ordinal) || answer.Body.Contains("\"error\"", StringComparison.Ordinal) ? 1 : 0);
        if (IsBusy(answer) || IsBusy(unknown))
        {
            Interlocked.Increment(ref busy);
            return 2;
        }

        var (seen, expected) = (answer.Without(meant.Target.Names), unknown.Without(world.Unknown.Names));
        Require(seen == expected, $"{call.Text}: about another workspace\n{seen}\nabout none\n{expected}");
        return 2;
    }

    private static bool IsBusy(Answer answer) => answer.Body.Contains("\"busy: ", StringComparison.Ordinal);

    private async Task<Answer> SendAsync(RandomCall call, Tenant caller, bool seesHidden, Target target)
    {
        var message = call.MessageFor(target);
        using var response = await world.Server.SendAsync(
            HttpMethod.Post,
            call.PathFor(target),
            seesHidden ? caller.Token : caller.NarrowToken,
            new StringContent(message, Encoding.UTF8, "application/json"),
            [.. McpCalls.Accept, .. call.HeadersFor(target)]);
        var answer = await Answer.OfAsync(response);
        Require(answer.Status < 500, $"{call.Text}: {answer.All}");
        Require(answer.Tag is null || tags.TryAdd(answer.Tag, 0), $"{call.Text}: the tag {answer.Tag} came twice");
        var leak = LeakIn(answer.All, caller, seesHidden, call.PathFor(target) + message);
        Require(leak is null, $"{call.Text}: shows {leak} to workspace {caller.Number}: {answer.All}");
        return answer;
    }

    /// <summary>The first thing in a text that this caller may not see; what it wrote itself may come back.</summary>
    private string? LeakIn(string seen, Tenant caller, bool seesHidden, string asked)
    {
        if (!seesHidden && seen.Contains(caller.Hidden, StringComparison.OrdinalIgnoreCase))
        {
            return caller.Hidden;
        }

        return world.Tenants.Where(tenant => tenant != caller)
            .SelectMany(tenant => new[] { tenant.Canary, tenant.Hidden, tenant.Target.Table, tenant.Target.Column, tenant.Target.Key, tenant.Target.WorkspaceId, tenant.Target.Token })
            .FirstOrDefault(secret => seen.Contains(secret, StringComparison.OrdinalIgnoreCase) && !asked.Contains(secret, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>No line holds a cell, a description or a token; names of tables stand only in lines of their own workspace.</summary>
    private void Examine(IReadOnlyList<string> lines)
    {
        var secrets = world.Tenants.SelectMany(tenant => new[] { tenant.Canary, tenant.Hidden, tenant.Token, tenant.NarrowToken }).ToArray();
        foreach (var line in lines.Where(line => line.Contains("workspace_id", StringComparison.Ordinal)))
        {
            var owner = JsonElement.Parse(line).GetProperty("workspace_id").GetString();
            Require(!secrets.Any(secret => line.Contains(secret, StringComparison.OrdinalIgnoreCase)), $"logged: {line}");
            Require(
                world.Tenants.All(tenant => tenant.Target.WorkspaceId == owner || !(line.Contains(tenant.Target.Table, StringComparison.Ordinal) || line.Contains(tenant.Target.WorkspaceId, StringComparison.Ordinal))),
                $"logged of another workspace: {line}");
        }

        Require(lines.Count > DefaultCalls / 100, "there are no log lines");
    }

    private void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            complaints.Enqueue(otherwise);
        }
    }
}
