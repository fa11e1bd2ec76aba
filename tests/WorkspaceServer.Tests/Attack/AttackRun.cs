using System.Globalization;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Attack;

/// <summary>Sends many cases and holds the rules that no input may break: no failure, no hang, no error in the log, no growth.</summary>
internal sealed class AttackRun(RunningServer server, string name)
{
    private const int DefaultCases = 5_000;
    private const int DefaultSeed = 20261124;
    private const int InBatch = 500;
    private const int AtOnce = 16;

    /// <summary>What a server may hold on to after any number of cases.</summary>
    private const long MaxGrownBytes = 48L << 20;

    /// <summary>Longest time for one answer. Cases are small, and none of them is worth a second; a busy machine may need more.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    /// <summary>All cases of a run; each attack has its share. ATTACK_CASES=100000 for more of them.</summary>
    public static int Cases { get; } = Setting("ATTACK_CASES", DefaultCases);

    /// <summary>ATTACK_SEED=7 for others.</summary>
    public static int Seed { get; } = Setting("ATTACK_SEED", DefaultSeed);

    /// <summary>How often a race is run: more often when there are more cases.</summary>
    public static int Races => Cases > DefaultCases ? 40 : 5;

    /// <param name="tryAsync">Sends the case of this number and returns what is wrong with the answer, or null.</param>
    public async Task SendAsync(int cases, Func<int, CancellationToken, Task<string?>> tryAsync, CancellationToken cancel)
    {
        long settled = 0;
        foreach (var batch in Enumerable.Range(0, cases).Chunk(InBatch))
        {
            await Parallel.ForEachAsync(batch, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel }, async (number, stop) =>
            {
                var complaint = await ComplaintAsync(number, tryAsync, stop);
                Assert.True(complaint is null, $"{name}, ATTACK_SEED={Seed}, case {number}: {complaint}");
            });

            var error = server.Logs.Lines.FirstOrDefault(line => line.Contains("\"@l\":\"Error\"", StringComparison.Ordinal) || line.Contains("\"@l\":\"Fatal\"", StringComparison.Ordinal));
            Assert.True(error is null, $"{name}, ATTACK_SEED={Seed}, cases {batch[0]} to {batch[^1]}: {error}");
            server.Logs.Clear();
            settled = settled == 0 ? Memory() : settled;
        }

        var grown = Memory() - settled;
        Assert.True(grown < MaxGrownBytes, $"{name}, ATTACK_SEED={Seed}: {grown >> 20} MiB more after {cases} cases");
        using var alive = await server.SendAsync(HttpMethod.Get, "/readyz", null);
        Assert.True(alive.IsSuccessStatusCode, $"{name}: the server answers {alive.StatusCode} afterwards");
    }

    private static async Task<string?> ComplaintAsync(int number, Func<int, CancellationToken, Task<string?>> tryAsync, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Deadline);
        try
        {
            return await tryAsync(number, patience.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            return $"no answer in {Deadline.TotalSeconds} s";
        }
    }

    private static long Memory() => GC.GetTotalMemory(forceFullCollection: true);

    private static int Setting(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
