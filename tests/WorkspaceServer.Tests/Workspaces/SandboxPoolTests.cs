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
    private const string Endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n";
    private static readonly TimeSpan Deadline = TimeSpan.FromMilliseconds(600);
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
    public async Task AKilledWorkerIsReplaced_AndOnlyItsOwnQuestionNotices()
    {
        var books = server.Create();
        await AskAsync(books, "SELECT 1");
        foreach (var worker in Process.GetProcessesByName("workspace-sandb").Where(IsOurs))
        {
            worker.Kill();
            await worker.WaitForExitAsync(Cancel);
        }

        var outcomes = new List<ProblemCode?>();
        for (var i = 0; i < 6; i++)
        {
            outcomes.Add(await OutcomeAsync(books, "SELECT 1"));
        }

        Assert.Null(outcomes[^1]);
        Assert.True(outcomes.Count(outcome => outcome is not null) <= 2);
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

    private static bool IsOurs(Process process) =>
        File.ReadAllText($"/proc/{process.Id}/stat").Split(')')[1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1] == Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private Task<QueryAnswer> AskAsync(WorkspaceId workspace, string sql, TimeSpan? deadline = null) =>
        server.QueryAsync(workspace, new QueryMessage(sql, ReadAccess.Everything, 10, 1 << 20, deadline ?? Deadline), Cancel);

    private async Task<ProblemCode?> OutcomeAsync(WorkspaceId workspace, string sql)
    {
        try
        {
            await AskAsync(workspace, sql);
            return null;
        }
        catch (ProblemException problem)
        {
            return problem.Code;
        }
    }
}
