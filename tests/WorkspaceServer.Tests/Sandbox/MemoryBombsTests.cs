using System.Diagnostics;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Sandbox;
using WorkspaceServer.Workspaces;
using Xunit;

namespace WorkspaceServer.Tests.Sandbox;

/// <summary>The pool with its ordinary settings under six memory bombs at once.</summary>
[Collection(AloneCollection.Name)]
public sealed class MemoryBombsTests : IAsyncLifetime
{
    private const int AtOnce = 6;

    // One runs; three wait, stopped with what they took in their first slice; two are refused.
    private const long MaxSumKibibytes = 2 * HostileYard.MaxMemoryKibibytes;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Latest = TimeSpan.FromMilliseconds(2500);
    private readonly TemporaryWorkspaces server = new();
    private WorkspaceId books;
    private WorkspaceId neighbour;

    [Fact]
    [Trait("claim", "A79")]
    public async Task SixMemoryBombsAtOnceStayBounded()
    {
        using var memory = new WorkerMemory();
        var bombs = HostileStatements.Read("hostile.sql").Where(statement => statement.Family == "memory bombs").Take(AtOnce).ToArray();
        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => server.AskAsync(books, "SELECT sum(amount) FROM vouchers", TestContext.Current.CancellationToken)));
        memory.Restart();
        var (idle, idleSum) = (memory.PeakKibibytes, memory.PeakSumKibibytes);

        var elapsed = await Task.WhenAll(bombs.Select(bomb => TimeAsync(bomb.Sql)));

        Assert.Equal(AtOnce, elapsed.Length);
        Assert.All(elapsed, time => Assert.InRange(time, TimeSpan.Zero, Latest));
        Assert.InRange(memory.PeakKibibytes - idle, 1, HostileYard.MaxMemoryKibibytes);
        Assert.InRange(memory.PeakSumKibibytes - idleSum, 1, MaxSumKibibytes);
        Assert.Single((await server.AskAsync(books, "SELECT count(*) FROM parties", TestContext.Current.CancellationToken)).Rows);
        Assert.Single((await server.AskAsync(neighbour, "SELECT 1", TestContext.Current.CancellationToken)).Rows);
    }

    /// <summary>An answer is there twice for a moment: as rows and as the frame that carries them.</summary>
    [Fact]
    public void AFullCacheAStatementAndItsAnswerFit() => Assert.InRange(
        SandboxLimits.CacheMemoryBytes + SandboxLimits.StatementMemoryBytes + (2 * SandboxLimits.MaxResultBytes), 1, HostileYard.MaxMemoryKibibytes << 10);

    public async ValueTask InitializeAsync()
    {
        books = await HostileYard.LoadAsync(server);
        neighbour = server.Create("Neighbour");
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private async Task<TimeSpan> TimeAsync(string sql)
    {
        var started = Stopwatch.GetTimestamp();
        var problem = await Assert.ThrowsAsync<ProblemException>(() =>
            server.QueryAsync(books, new QueryMessage(sql, HostileYard.Access, 1000, 1 << 20, Deadline), default));
        Assert.Contains(problem.Code, new[] { ProblemCodes.TooExpensive, ProblemCodes.DeadlineExceeded, ProblemCodes.Busy });
        return Stopwatch.GetElapsedTime(started);
    }
}
