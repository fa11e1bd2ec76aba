using System.Diagnostics;
using WorkspaceServer.Features.Samples;
using Xunit;

namespace WorkspaceServer.EndToEnd.Agents;

/// <summary>
/// kill -9 of the agent and of the server, broken connections, full disks and clocks that jump, at random places of real syncs. What was acknowledged is there once,
/// nothing half is ever seen, and no more than the batch that was on its way is sent again. ATTACK_KILLS says how many.
/// </summary>
public sealed class SyncChaosTests(ITestOutputHelper output)
{
    private const ulong DefaultSeed = 40;
    private const int DefaultBlows = 8;
    private const int Lanes = 2;

    /// <summary>Rows so long that about a hundred fill a batch.</summary>
    private const int LongRow = 40_000;

    private const int Rows = 260;

    /// <summary>How long a blow waits after its byte has passed, at most: so it also falls while something is being written.</summary>
    private const int MaxMicroseconds = 25_000;

    /// <summary>Starts of the agent that one sync may take; each is cut short by at most one blow.</summary>
    private const int MaxStarts = 6;

    private const int DiskMebibytes = 128;

    /// <summary>What the server may still write when its disk is to be full. A sync here writes 8 MB and more to the workspace's log, so that it always ends too soon.</summary>
    private const int MinRoomBytes = 64 << 10;

    /// <inheritdoc cref="MinRoomBytes"/>
    private const int MaxRoomBytes = 6 << 20;

    private static readonly TimeSpan[] Jumps = [TimeSpan.FromSeconds(45), TimeSpan.FromMinutes(10), TimeSpan.FromHours(2), TimeSpan.FromHours(26)];

    /// <summary>Only root may mount a disk small enough to be filled.</summary>
    private static readonly Blow[] Possible = [.. Enum.GetValues<Blow>().Where(blow => SmallDisk.Missing is null || blow is not (Blow.AgentsDiskFull or Blow.ServersDiskFull))];

    private static int Blows => int.TryParse(Environment.GetEnvironmentVariable("ATTACK_KILLS"), out var kills) ? kills : DefaultBlows;

    private static ulong Seed => ulong.TryParse(Environment.GetEnvironmentVariable("ATTACK_SEED"), out var seed) ? seed : DefaultSeed;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("claim", "D65")]
    public async Task EveryAcknowledgedBatchIsThereOnce_WhateverIsKilledOrCut()
    {
        var fallen = await Task.WhenAll(Enumerable.Range(0, Lanes).Select(lane => Task.Run(() => LaneAsync(new SeededRandom((Seed * Lanes) + (ulong)lane), Blows / Lanes, first: lane * (Blows / Lanes)))));

        output.WriteLine($"seed {Seed}: {string.Join(", ", fallen.SelectMany(each => each).GroupBy(each => each.Blow).Select(group => $"{group.Count()} × {group.Key} ({group.Count(each => each.HasStopped)} stopped the sync)"))}");
        Assert.Equal(Blows / Lanes * Lanes, fallen.Sum(each => each.Count));
        Assert.All(fallen.SelectMany(each => each).Where(each => each.Blow == Blow.ServersDiskFull), each => Assert.True(each.HasStopped, "The disk was full and nobody felt it."));
        Assert.All(Possible, blow => Assert.Contains(blow, fallen.SelectMany(each => each).Select(each => each.Blow)));
    }

    /// <param name="first">Which kind of blow falls first.</param>
    private static async Task<List<(Blow Blow, bool HasStopped)>> LaneAsync(SeededRandom random, int blows, int first)
    {
        SmallDisk? agentsDisk = null;
        SmallDisk? serversDisk = null;
        await using var house = await AgentHouse.StartAsync(
            home => (agentsDisk, serversDisk) = SmallDisk.Missing is null ? (SmallDisk.Mount(home.Agent, DiskMebibytes), SmallDisk.Mount(home.Server, DiskMebibytes)) : default, clocksJump: true);
        using var _ = agentsDisk;
        using var __ = serversDisk;
        var scene = new Scene(house, agentsDisk, serversDisk);
        var table = house.Table("orders", (ulong)random.Next(int.MaxValue), Rows, LongRow);
        await house.PairAsync();
        await house.Agent.SucceedAsync("sync", "--once");
        table.ChangeMost();
        table.Write();
        await ClocksCountAsync(house, first == 0 ? house.AgentsClock! : house.ServersClock!);
        var fallen = new List<(Blow Blow, bool HasStopped)>();
        for (var sync = 0; fallen.Count < blows; sync++)
        {
            Assert.True(sync < 10 * blows, "The blows do not fall.");
            await SyncAsync(scene, table, random, Possible[(first + fallen.Count) % Possible.Length], fallen);
            table.ChangeMost();
            table.Write();
        }

        await house.Server.KillAsync();
        using var files = house.OpenFiles();
        Assert.Empty(files.Damages());
        return fallen;
    }

    /// <summary>A clock that is set wrong is one that the program reads.</summary>
    private static async Task ClocksCountAsync(AgentHouse house, JumpingClock clock)
    {
        clock.SetOff(TimeSpan.FromHours(2));
        var off = await house.Agent.RunAsync("sync", "--once", "--json");
        clock.SetOff(TimeSpan.Zero);
        Assert.Contains("clock_off", off.Output + off.Errors, StringComparison.Ordinal);
    }

    /// <summary>One sync into which a blow falls, and as many starts of the agent as it takes after that.</summary>
    private static async Task SyncAsync(Scene scene, BooksTable table, SeededRandom random, Blow blow, List<(Blow Blow, bool HasStopped)> fallen)
    {
        var house = scene.House;
        if (blow == Blow.ServersDiskFull)
        {
            // A log keeps the room that it once took; without it, whatever is written needs room, and a disk that has none is felt.
            await house.Server.StopAsync();
            using (var files = house.OpenFiles())
            {
                files.EmptyLogs();
            }

            await house.StartServerAsync();
            scene.ServersDisk!.Leave(MinRoomBytes + random.Next(MaxRoomBytes - MinRoomBytes));
        }

        var (up, down) = house.Network.Passed;
        house.Network.Begin();
        var before = await house.AskAsync(table.Question);
        var struck = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Process? agent = null;
        var jump = Jumps[random.Next(Jumps.Length)] * (random.OneIn(2) ? 1 : -1);
        var isUp = blow == Blow.ConnectionCutOnTheWay || (blow != Blow.AnswerCut && random.OneIn(2));
        var expected = Math.Max(1, isUp ? up : down);
        var pause = random.OneIn(2) ? TimeSpan.Zero : TimeSpan.FromMicroseconds(random.Next(MaxMicroseconds));
        house.Network.When(isUp, blow == Blow.ServersDiskFull ? 0 : random.Next((int)Math.Min(expected, int.MaxValue)), breaks: blow is Blow.ConnectionCutOnTheWay or Blow.AnswerCut, () => _ = Task.Run(() => StrikeAsync(scene, blow, pause, jump, agent!, struck)));

        var starts = 0;
        int code;
        do
        {
            Assert.True(++starts <= MaxStarts, $"The sync does not come to its end after {blow}.");
            using (agent = house.Agent.Start("sync", "--once", "--json"))
            {
                code = await EndAsync(agent);
            }

            if (starts == 1 && !house.Network.Cancel())
            {
                await struck.Task;
                scene.Mend();
                fallen.Add((blow, code != 0));
                if (code != 0)
                {
                    // Whoever asks meanwhile sees all of what was there before, or all of what is to come.
                    Assert.Contains(await house.AskAsync(table.Question), new[] { before, table.Answer });
                }
            }
        }
        while (code != 0);

        Assert.Equal(table.Answer, await house.AskAsync(table.Question));
        var sent = house.Network.Batches;
        Assert.InRange(sent.Count - sent.Distinct().Count(), 0, 1);

        Assert.All(await house.Network.RepeatAsync(Cancel), status => Assert.InRange(status, 200, 499));
        Assert.Equal(table.Answer, await house.AskAsync(table.Question));
    }

    private static async Task StrikeAsync(Scene scene, Blow blow, TimeSpan pause, TimeSpan jump, Process agent, TaskCompletionSource struck)
    {
        try
        {
            var started = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(started) < pause)
            {
                Thread.SpinWait(100);
            }

            switch (blow)
            {
                case Blow.AgentKilled:
                    agent.Kill();
                    break;
                case Blow.ServerKilled:
                    await scene.House.Server.KillAsync();
                    await scene.House.StartServerAsync();
                    break;
                case Blow.AgentsDiskFull:
                    scene.AgentsDisk!.Fill();
                    break;
                case Blow.AgentsClockJumps:
                    scene.House.AgentsClock!.SetOff(jump);
                    break;
                case Blow.ServersClockJumps:
                    scene.House.ServersClock!.SetOff(jump);
                    break;
                default:
                    // The network has broken the connection already, or the server's disk was made too small before.
                    break;
            }

            struck.SetResult();
        }
#pragma warning disable CA1031 // What fails here fails the test, in the task that waits for it.
        catch (Exception error)
#pragma warning restore CA1031
        {
            struck.SetException(error);
        }
    }

    private static async Task<int> EndAsync(Process agent)
    {
        agent.StandardInput.Close();
        var output = agent.StandardOutput.ReadToEndAsync(Cancel);
        var errors = agent.StandardError.ReadToEndAsync(Cancel);
        await agent.WaitForExitAsync(Cancel);
        await output;
        await errors;
        return agent.ExitCode;
    }

    private enum Blow
    {
        AgentKilled,
        ServerKilled,
        ConnectionCutOnTheWay,
        AnswerCut,
        AgentsDiskFull,
        ServersDiskFull,
        AgentsClockJumps,
        ServersClockJumps,
    }

    private sealed record Scene(AgentHouse House, SmallDisk? AgentsDisk, SmallDisk? ServersDisk)
    {
        /// <summary>Somebody made room, and set the clocks right.</summary>
        public void Mend()
        {
            AgentsDisk?.MakeRoom();
            ServersDisk?.MakeRoom();
            House.AgentsClock!.SetOff(TimeSpan.Zero);
            House.ServersClock!.SetOff(TimeSpan.Zero);
        }
    }
}
