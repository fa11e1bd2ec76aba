using System.Diagnostics;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using WorkspaceServer.Tests.Sandbox;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;
using Xunit;

namespace WorkspaceServer.Tests.Workspaces;

/// <summary>What the process around a statement must hold: time, memory, crashes, and the neighbours.</summary>
[Collection(AloneCollection.Name)]
public sealed class SandboxPoolTests : IAsyncDisposable
{
    internal const string Endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n";
    private const string Long = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 1000000) SELECT count(*) FROM n";
    private static readonly TimeSpan Deadline = TimeSpan.FromMilliseconds(600);
    private static readonly TimeSpan Patient = TimeSpan.FromSeconds(20);
    private readonly TemporaryWorkspaces server = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("claim", "A79")]
    public async Task AStatementThatHangsInItsCompilationIsKilled()
    {
        var books = server.Create();
        var started = Stopwatch.GetTimestamp();

        // Each step doubles what the compiler has to flatten; no row is ever computed and no progress handler runs.
        var refusal = await Assert.ThrowsAsync<ProblemException>(() => AskAsync(books, CompileBomb(24)));

        Assert.Contains(refusal.Code, new[] { ProblemCodes.DeadlineExceeded, ProblemCodes.TooExpensive });
        Assert.True(Stopwatch.GetElapsedTime(started) < Deadline + TimeSpan.FromMilliseconds(500), Stopwatch.GetElapsedTime(started).ToString());
        Assert.Single((await AskAsync(books, "SELECT 1")).Rows);
    }

    [Theory]
    [InlineData("WITH RECURSIVE n(x, t) AS (SELECT 1, 'x' UNION ALL SELECT x + 1, t || t FROM n WHERE x < 40) SELECT max(length(t)) FROM n")]
    [InlineData("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 1000000) SELECT length(json_group_array(printf('%0900d', x))) FROM n")]
    [InlineData("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 1000000) SELECT x, printf('%0900d', x) AS t FROM n ORDER BY t DESC")]
    public async Task AMemoryBombIsRefused_AndTheWorkspaceGoesOn(string bomb)
    {
        var books = server.Create();

        var refusal = await Assert.ThrowsAsync<ProblemException>(() => AskAsync(books, bomb, TimeSpan.FromSeconds(10)));

        Assert.Equal(ProblemCodes.TooExpensive, refusal.Code);
        Assert.Single((await AskAsync(books, "SELECT 1")).Rows);
    }

    [Fact]
    public async Task OthersAreAnsweredWhileHeavyStatementsFillTheServer()
    {
        var (books, neighbour) = (server.Create("Books"), server.Create("Neighbour"));
        var heavy = Enumerable.Range(0, 4).Select(_ => OutcomeAsync(books, Endless)).ToArray();

        var answered = 0;
        while (!heavy.All(task => task.IsCompleted))
        {
            Assert.Single((await AskAsync(neighbour, "SELECT 1", TimeSpan.FromSeconds(10))).Rows);
            answered++;
        }

        Assert.All(await Task.WhenAll(heavy), outcome => Assert.Contains(outcome, new[] { ProblemCodes.DeadlineExceeded, ProblemCodes.Busy }));
        Assert.True(answered > 20, $"only {answered} answers for the neighbour");
    }

    [Fact]
    public async Task TooManyHeavyStatementsOfOneWorkspaceAreBusy()
    {
        var books = server.Create();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => OutcomeAsync(books, Endless)));

        Assert.Contains(ProblemCodes.Busy, outcomes);
        Assert.Contains(ProblemCodes.DeadlineExceeded, outcomes);
        Assert.Single((await AskAsync(books, "SELECT 1")).Rows);
    }

    [Fact]
    public async Task WorkersThatDiedWhileIdleAreReplaced_AndNobodyNotices()
    {
        var books = server.Create();
        await AskAsync(books, "SELECT 1");
        foreach (var worker in SystemCallFilterTests.Workers())
        {
            await KillAsync(worker);
        }

        for (var i = 0; i < 6; i++)
        {
            Assert.Null(await OutcomeAsync(books, "SELECT 1"));
        }
    }

    [Fact]
    [Trait("claim", "A79")]
    public async Task WorkersThatAreKilledUnderEightCallersAreReplaced_AndNobodyNotices()
    {
        const int callers = 8, kills = 20, answersBetween = 40;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var answers = 0;
        var failures = new System.Collections.Concurrent.ConcurrentBag<string>();
        var loops = Enumerable.Range(0, callers).Select(async number =>
        {
            var books = server.Create($"Books {number}");
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    Assert.Equal(5050, (await AskAsync(books, "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 100) SELECT sum(x) FROM n", TimeSpan.FromSeconds(10))).Rows[0][0].AsInteger());
                }
                catch (ProblemException problem)
                {
                    failures.Add(problem.Message);
                }

                Interlocked.Increment(ref answers);
            }
        }).ToArray();
        for (var i = 0; i < kills; i++)
        {
            var until = Volatile.Read(ref answers) + answersBetween;
            while (Volatile.Read(ref answers) < until)
            {
                await Task.Yield();
            }

            await KillAsync(SystemCallFilterTests.Workers()[0]);
        }

        await stop.CancelAsync();
        await Task.WhenAll(loops);
        Assert.Empty(failures);
    }

    [Fact]
    public async Task AStatementWhoseWorkersAllDieIsGivenUp()
    {
        var books = server.Create();
        await AskAsync(books, "SELECT 1");
        var running = OutcomeAsync(books, Endless, TimeSpan.FromSeconds(20));
        while (!running.IsCompleted)
        {
            foreach (var worker in SystemCallFilterTests.Workers())
            {
                await KillAsync(worker);
            }
        }

        Assert.Equal(ProblemCodes.Busy, await running);
        Assert.Null(await OutcomeAsync(books, "SELECT 1"));
    }

    /// <summary>What keeps the neighbours' answers fast: whoever runs on drops to the lowest priority, and another worker stands ready.</summary>
    [Fact]
    [Trait("claim", "C18")]
    public async Task AHeavyStatementRunsAtTheLowestPriority_AndAFreshWorkerTakesItsPlace()
    {
        var books = server.Create();
        var running = OutcomeAsync(books, Endless, TimeSpan.FromSeconds(10));
        var seen = (Workers: 0, Lowest: 0);
        while (!running.IsCompleted && seen is not (Workers: >= 3, Lowest: 1))
        {
            var priorities = SystemCallFilterTests.Workers().Select(NiceOf).OfType<int>().ToArray();
            seen = (priorities.Length, priorities.Count(nice => nice == 19));
            await Task.Yield();
        }

        Assert.False(running.IsCompleted);
        Assert.Equal(1, server.Pool.Status.Heavy);
        Assert.Equal(ProblemCodes.DeadlineExceeded, await running);
    }

    /// <summary>So a statement that is asked again and again takes nothing from others, and finds its pages in memory.</summary>
    [Fact]
    [Trait("claim", "C18")]
    public async Task AStatementThatWasHeavyGoesToTheSameSlowWorkerTheNextTime()
    {
        var books = server.Create();
        await AskAsync(books, Long, TimeSpan.FromSeconds(20));
        var (demoted, slow) = (server.Pool.Status.Demoted, Slow());

        await AskAsync(books, Long, TimeSpan.FromSeconds(20));

        Assert.Equal((1, 1), (demoted, server.Pool.Status.Demoted));
        Assert.Equal([Assert.Single(slow)], Slow());

        static int[] Slow() => [.. SystemCallFilterTests.Workers().Where(worker => NiceOf(worker) == 19)];
    }

    /// <summary>What keeps a worker from starting, such as too little memory, passes by itself; nothing may be lost over it for good.</summary>
    [Fact]
    public async Task WorkersThatDoNotStartAreMissingOnlyUntilTheyDo()
    {
        using var folder = new TemporaryFolder();
        var program = folder.File("workspace-sandbox");
        File.CreateSymbolicLink(program, TemporaryWorkspaces.WorkerPath);
        var others = SystemCallFilterTests.Workers();
        await using var few = new TemporaryWorkspaces(configure: options => options with { WorkerPath = program, Workers = 2, HeavyWorkers = 1 });
        var books = few.Create();
        Assert.Null(await OutcomeAsync(few, books, Long, Patient));
        File.Delete(program);
        await Task.WhenAll(SystemCallFilterTests.Workers().Except(others).Select(KillAsync));

        // It is known to be heavy, so it asks for a turn, finds the dead worker, and then for another turn.
        Assert.Equal(ProblemCodes.Busy, await OutcomeAsync(few, books, Long, Patient));
        Assert.Equal(ProblemCodes.Busy, await OutcomeAsync(few, books, "SELECT 1"));
        Assert.Equal((0, 0), (few.Pool.Status.Workers, few.Pool.Status.Heavy));

        File.CreateSymbolicLink(program, TemporaryWorkspaces.WorkerPath);
        Assert.Null(await OutcomeAsync(few, books, Long, Patient));
        Assert.Null(await OutcomeAsync(few, books, "SELECT 1", Patient));
        while (few.Pool.Status.Workers < 3)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), Cancel);
        }
    }

    /// <summary>Short statements leave an alarm behind that comes too early for the next one.</summary>
    [Fact]
    public async Task AnEndlessStatementEndsInTime_AfterShortOnes()
    {
        var books = server.Create();
        for (var i = 0; i < 100; i++)
        {
            Assert.Null(await OutcomeAsync(books, "SELECT 1"));
        }

        Assert.Equal(ProblemCodes.DeadlineExceeded, await OutcomeAsync(books, Endless));
        Assert.Null(await OutcomeAsync(books, "SELECT 1"));
    }

    public async ValueTask DisposeAsync() => await server.DisposeAsync();

    private static string CompileBomb(int steps)
    {
        var ctes = Enumerable.Range(1, steps).Select(i => $"t{i} AS (SELECT a.x + b.x AS x FROM t{i - 1} a, t{i - 1} b)");
        return $"WITH t0 AS (SELECT 1 AS x), {string.Join(", ", ctes)} SELECT x FROM t{steps}";
    }

    [Fact]
    public async Task AStatementWhoseCallerWentAwayIsEnded_WheneverTheyWent()
    {
        var books = server.Create();
        var minute = new QueryMessage(Endless, ReadAccess.Everything, 10, 1 << 20, TimeSpan.FromMinutes(1));
        foreach (var isHeavy in (bool[])[false, true])
        {
            using var gone = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            var statement = Task.Run(() => server.QueryAsync(books, minute, gone.Token), Cancel);
            if (isHeavy)
            {
                await UntilHeavyAsync(server);
            }

            await gone.CancelAsync();

            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => statement.WaitAsync(TimeSpan.FromSeconds(20), Cancel));
            Assert.Equal(0, server.Pool.Status.Heavy);
        }
    }

    /// <summary>Returns when a heavy statement runs.</summary>
    internal static async Task UntilHeavyAsync(TemporaryWorkspaces workspaces)
    {
        while (workspaces.Pool.Status.Heavy == 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), Cancel);
        }
    }

    /// <summary>Field 19 of proc_pid_stat(5); null if the process ended.</summary>
    private static int? NiceOf(int process) =>
        SystemCallFilterTests.StatusOf(process) is { Length: > 18 } fields ? int.Parse(fields[18], System.Globalization.CultureInfo.InvariantCulture) : null;

    private static async Task KillAsync(int worker)
    {
        try
        {
            using var process = Process.GetProcessById(worker);
            process.Kill();
            await process.WaitForExitAsync(Cancel);
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException)
        {
            // It had ended.
        }
    }

    private Task<QueryAnswer> AskAsync(WorkspaceId workspace, string sql, TimeSpan? deadline = null) => AskAsync(server, workspace, sql, deadline);

    private static Task<QueryAnswer> AskAsync(TemporaryWorkspaces server, WorkspaceId workspace, string sql, TimeSpan? deadline) =>
        server.QueryAsync(workspace, new QueryMessage(sql, ReadAccess.Everything, 10, 1 << 20, deadline ?? Deadline), Cancel);

    private Task<ProblemCode?> OutcomeAsync(WorkspaceId workspace, string sql, TimeSpan? deadline = null) => OutcomeAsync(server, workspace, sql, deadline);

    private static async Task<ProblemCode?> OutcomeAsync(TemporaryWorkspaces server, WorkspaceId workspace, string sql, TimeSpan? deadline = null)
    {
        try
        {
            await AskAsync(server, workspace, sql, deadline);
            return null;
        }
        catch (ProblemException problem)
        {
            return problem.Code;
        }
    }
}
