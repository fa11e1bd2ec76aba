using System.Diagnostics;
using System.Globalization;
using WorkspaceServer.Features.Samples;
using WorkspaceServer.Protocol;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Crash;

/// <summary>The real server, killed while an agent sends: what was acknowledged is there once, and the totals agree in the end.</summary>
public sealed class SyncCrashTests : IDisposable
{
    private const ulong Seed = 1117;
    private const int RowsPerBatch = 3_000;

    /// <summary>How long a kill waits after the request was begun, in microseconds, at most.</summary>
    private const int MaxMicroseconds = 30_000;

    private static readonly SyncSchema Schema = new("orders", [new("id", SyncType.Integer), new("name", SyncType.Text), new("amount", SyncType.Decimal)], ["id"]);

    private readonly TemporaryFolder home = new();
    private readonly ServerProgram server;
    private HttpClient? http;

    public SyncCrashTests() => server = new ServerProgram(home.Path);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("claim", "B40")]
    [Trait("claim", "D65")]
    public async Task EveryAcknowledgedBatchIsThereOnce_WheneverTheServerIsKilled()
    {
        foreach (var arguments in new string[][] { ["init"], ["workspace", "create", "Books"], ["pairing", "create", "-w", "Books", "--out", home.File("pair.txt")] })
        {
            await server.RunAsync(arguments);
        }

        await StartAsync();
        using var agent = new TestAgent(http!, TimeProvider.System);
        using (var paired = await agent.PairAsync(await File.ReadAllTextAsync(home.File("pair.txt"), Cancel)))
        {
            Assert.True(paired.IsSuccessStatusCode);
        }

        var sender = new SyncSender(agent);
        var rows = Enumerable.Range(0, 6).Select(part => SyncSender.Rows(Schema, Enumerable.Range(part * RowsPerBatch, RowsPerBatch).Select(Row))).ToArray();
        var batches = rows.Select(each => each.Batch).ToArray();
        var totals = SyncSender.Rows(Schema, Enumerable.Range(0, 6 * RowsPerBatch).Select(Row)).Totals;
        var (run, request) = (sender.NewRun(), new RunRequest(SyncMode.Snapshot, Schema, "orders.csv"));
        await SyncSender.OkAsync(await sender.BeginAsync(run, request));
        var random = new SeededRandom(Seed);
        var resent = 0;
        var next = 1;
        foreach (var acknowledged in new[] { 1, 3, 5 })
        {
            for (; next <= acknowledged; next++)
            {
                await SyncSender.OkAsync(await sender.PutAsync(run, next, batches[next - 1]));
            }

            await KilledDuringAsync(() => sender.PutAsync(run, next, batches[next - 1]), random, agent);
            var answer = await SyncSender.OkAsync(await sender.BeginAsync(run, request));
            Assert.InRange(answer.Received, acknowledged, acknowledged + 1);
            Assert.Equal(answer.Received, answer.ReceivedThrough);
            resent += acknowledged + 1 - answer.Received;
            next = answer.ReceivedThrough + 1;
        }

        for (; next <= batches.Length; next++)
        {
            await SyncSender.OkAsync(await sender.PutAsync(run, next, batches[next - 1]));
        }

        await KilledDuringAsync(() => sender.CommitAsync(run, SyncSender.Commit(batches, totals)), random, agent);
        var committed = await SyncSender.OkAsync(await sender.CommitAsync(run, SyncSender.Commit(batches, totals)));
        await server.KillAsync();

        Assert.InRange(resent, 0, 3); // never more than the batch that was on its way
        Assert.Equal((totals.Rows, totals.Sums["amount"]), (committed.Result!.Totals.Rows, committed.Result.Totals.Sums["amount"]));
        using var crashed = new CrashedHome(home.Path);
        Assert.Empty(crashed.Damages());
        Assert.Equal(6 * RowsPerBatch, crashed.Tables("Books")["orders"]);
        Assert.Empty(await crashed.LeftoversAfterTheNextLoadAsync("Books"));
    }

    public void Dispose()
    {
        server.Dispose();
        http?.Dispose();
        home.Dispose();
    }

    private static Cell[] Row(int id) => [Cell.Of(id), Cell.Of(string.Create(CultureInfo.InvariantCulture, $"order of party {id % 97}")), new Cell(CellKind.Decimal, (id * 37) + 5, 2)];

    private async Task KilledDuringAsync(Func<Task<HttpResponseMessage>> request, SeededRandom random, TestAgent agent)
    {
        var sent = request();
        var started = Stopwatch.GetTimestamp();
        var wait = TimeSpan.FromMicroseconds(random.Next(MaxMicroseconds));
        while (Stopwatch.GetElapsedTime(started) < wait)
        {
            Thread.SpinWait(100);
        }

        await server.KillAsync();
        try
        {
            (await sent).Dispose();
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            // The server was gone before it could answer: the agent knows nothing, as after a power cut.
        }

        await StartAsync();
        agent.Http = http!;
    }

    private async Task StartAsync()
    {
        await server.StartAsync();
        http?.Dispose();
        http = new HttpClient { BaseAddress = server.Url };
    }
}
