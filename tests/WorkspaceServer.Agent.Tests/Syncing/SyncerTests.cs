using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using WorkspaceServer.Agent.Server;
using WorkspaceServer.Agent.Settings;
using WorkspaceServer.Agent.Syncing;
using WorkspaceServer.Agent.Tests.Server;
using WorkspaceServer.Protocol;
using Xunit;

namespace WorkspaceServer.Agent.Tests.Syncing;

/// <summary>The agent and a server that follows the protocol, over real HTTP: what is interrupted goes on, and what cannot be trusted gets nothing.</summary>
public sealed class SyncerTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private ProtocolServer server = null!;

    private AgentHome Home => new(folder.File("home"));

    public async ValueTask InitializeAsync()
    {
        server = await ProtocolServer.StartAsync();
        Directory.CreateDirectory(folder.File("books"));
        var secrets = new SecretStore(Home);
        var (pairing, key, _) = await Pairer.PairAsync(new Uri(server.Url), server.PairingToken, "PC", TimeProvider.System, CancellationToken.None);
        secrets.Save(secrets.Load() with { SigningKey = key });
        var table = new TableConfig("t", "t", ["id"], null, []);
        (AgentConfig.Empty with { Pairing = pairing, Sources = [new SourceConfig("books", SourceKind.Files, folder.File("books"), [table])] }).Save(Home);
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    [Trait("claim", "E10")]
    public async Task WhatChangesAtTheSourceIsInTheWorkspaceAfterTheNextSync()
    {
        Write("id,name\n1,a\n2,b\n");
        Assert.True((await SyncAsync()).IsDone);
        Write("id,name\n1,a\n3,c\n");
        Assert.True((await SyncAsync()).IsDone);

        Assert.Equal(["1 a", "3 c"], server.Tables["t"].Lines);
        Assert.Equal(2, server.Tables["t"].Came);
    }

    [Fact]
    public async Task AnUnchangedTableIsNotSentAgain()
    {
        Write("id,name\n1,a\n2,b\n");
        await SyncAsync();
        var before = server.Batches.Count;

        var outcome = await SyncAsync();

        Assert.Equal(before, server.Batches.Count);
        Assert.Equal((2, 0, 0, 0L), (outcome.Tables[0].Rows, outcome.Tables[0].Changed, outcome.Tables[0].BatchesSent, outcome.Tables[0].BytesSent));
    }

    [Fact]
    [Trait("claim", "D65")]
    public async Task AnInterruptedRunGoesOnAtTheNextBatch()
    {
        WriteBatches(4);
        using var stop = new CancellationTokenSource();
        server.BatchCame = number =>
        {
            if (number == 2)
            {
                stop.Cancel();
            }
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SyncUntilAsync(stop.Token));
        server.BatchCame = _ => { };

        var outcome = await SyncAsync();

        Assert.True(outcome.IsDone);
        Assert.Equal(outcome.Tables[0].Rows, server.Tables["t"].Rows.Count);
        // The one on its way at that moment may come twice; none before it.
        Assert.Equal(["1", "2", "3", "4"], server.Batches.Select(request => request.Split('/')[^1]).Distinct().Order());
        Assert.Single(server.Batches, request => request.EndsWith("/1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ARunThatTheServerForgotIsSentAnew()
    {
        WriteBatches(2);
        using var stop = new CancellationTokenSource();
        server.BatchCame = _ => stop.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SyncUntilAsync(stop.Token));
        server.BatchCame = _ => { };
        server.ForgetRuns();

        Assert.True((await SyncAsync()).IsDone);
    }

    [Fact]
    public async Task AServerThatWasRestoredGetsASnapshot()
    {
        Write("id,name\n1,a\n");
        await SyncAsync();
        server.Tables.Clear();
        server.ForgetRuns();
        Write("id,name\n1,a\n2,b\n");

        Assert.True((await SyncAsync()).IsDone);
        Assert.Equal(["1 a", "2 b"], server.Tables["t"].Lines);
    }

    [Fact]
    public async Task RetryAfterIsObeyed()
    {
        Write("id,name\n1,a\n");
        var refusals = 0;
        server.Instead = request => request.Path.Value!.Contains("/batches/", StringComparison.Ordinal) && refusals++ == 0 ? (429, SyncProblems.TooManyRequests, "Slow down.", 1) : null;

        Assert.True((await SyncAsync()).IsDone);
        Assert.Equal(2, server.Batches.Count);
        Assert.Equal(TimeSpan.FromSeconds(90), Patience.WaitOf(1, TimeSpan.FromSeconds(90)));
        Assert.Equal(TimeSpan.FromSeconds(4), Patience.WaitOf(3, TimeSpan.FromSeconds(1)));
        Assert.Equal(Patience.MaxWait, Patience.WaitOf(30, TimeSpan.FromDays(3)));
    }

    [Fact]
    public async Task TheServerIsToldHowManyRowsAndDeletesCome()
    {
        var told = new List<string>();
        server.Instead = request =>
        {
            if (request.Method == "PUT" && !request.Path.Value!.Contains("/batches/", StringComparison.Ordinal))
            {
                told.Add(request.Headers[SyncPaths.ExpectedRowsHeader].ToString());
            }

            return null;
        };
        Write("id,name\n1,a\n2,b\n3,c\n");
        await SyncAsync();
        Write("id,name\n1,a\n4,d\n");
        await SyncAsync();
        await SyncAsync();

        Assert.Equal(["3", "3", "0"], told); // three rows; one row and two deletes; nothing
    }

    [Fact]
    public async Task ARunThatAPersonStopsIsLeftUntilTheNextSync()
    {
        WriteBatches(2);
        server.BatchCame = _ => server.StopRuns();

        var outcome = Assert.Single((await SyncAsync()).Tables);
        Assert.Equal((false, SyncProblems.RunStopped), (outcome.IsDone, outcome.Code));
        Assert.Equal(2, server.Batches.Count); // the second was refused, and no other run begun
        Assert.Single(server.Requests, request => request.StartsWith("PUT", StringComparison.Ordinal) && !request.Contains("/batches/", StringComparison.Ordinal));
        server.BatchCame = _ => { };
        Assert.True((await SyncAsync()).IsDone);
        Assert.Equal(SyncLimits.MaxBatchRows + 1, server.Tables["t"].Rows.Count);
    }

    [Fact]
    public async Task OneBrokenTableDoesNotStopTheOthers()
    {
        Write("id,name\n1,a\n");
        File.WriteAllText(folder.File("books/broken.csv"), "id,name\n1,a\n1,b\n");
        var config = AgentConfig.Load(Home);
        var source = config.Sources[0];
        (config with { Sources = [source with { Tables = [new TableConfig("broken", "broken", ["id"], null, []), .. source.Tables] }] }).Save(Home);

        var outcome = await SyncAsync();

        Assert.Equal([false, true], outcome.Tables.Select(table => table.IsDone));
        Assert.Contains("same key", outcome.Tables[0].Message, StringComparison.Ordinal);
        Assert.Equal(["1 a"], server.Tables["t"].Lines);
    }

    [Fact]
    public async Task AServerWithAnotherKeyGetsNothing()
    {
        Write("id,name\n1,SECRET\n");
        server.IsImpostor = true;

        var error = await Assert.ThrowsAsync<AgentException>(() => SyncAsync());

        Assert.Equal(AgentProblem.Untrusted, error.Problem);
        Assert.Contains("does not hold the key", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Requests, request => request.Contains("/sync/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ANewServerKeyThatTheOldOneSignedIsKept()
    {
        Write("id,name\n1,a\n");
        var old = AgentConfig.Load(Home).Pairing!.ServerKey;
        server.RollOver();

        Assert.True((await SyncAsync()).IsDone);
        var kept = AgentConfig.Load(Home).Pairing!.ServerKey;
        Assert.NotEqual(old, kept);
        Assert.True((await SyncAsync()).IsDone);
        Assert.Equal(kept, AgentConfig.Load(Home).Pairing!.ServerKey);
    }

    [Fact]
    public async Task AnEndedPairingStopsTheSync()
    {
        Write("id,name\n1,a\n");
        server.Unpair();

        var error = await Assert.ThrowsAsync<AgentException>(() => SyncAsync());

        Assert.Equal((SyncProblems.Unpaired, ExitCodes.NotPaired), (error.Problem.Code, error.Problem.ExitCode));
    }

    [Fact]
    public async Task TwoSyncsAtOnceAreOne()
    {
        Write("id,name\n1,a\n");
        await using var other = new FileStream(Home.Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

        Assert.Equal(AgentProblem.RetryLater, (await Assert.ThrowsAsync<AgentException>(() => SyncAsync())).Problem);
    }

    private void Write(string text) => File.WriteAllText(folder.File("books/t.csv"), text);

    /// <summary>So many rows that they fill this many batches.</summary>
    private void WriteBatches(int batches)
    {
        var text = new StringBuilder("id,name\n");
        for (var id = 0; id < (batches - 1) * SyncLimits.MaxBatchRows + 1; id++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{id},x\n");
        }

        Write(text.ToString());
    }

    private Task<SyncOutcome> SyncAsync() => SyncUntilAsync(CancellationToken.None);

    private Task<SyncOutcome> SyncUntilAsync(CancellationToken cancel) => new Syncer(Home, TimeProvider.System, NullLogger.Instance).RunAsync(progress: null, cancel);
}
