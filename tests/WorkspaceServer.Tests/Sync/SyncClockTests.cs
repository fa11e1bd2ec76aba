using Microsoft.Extensions.Time.Testing;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Agents;
using WorkspaceServer.Protocol;
using WorkspaceServer.Testing;
using Xunit;
using static WorkspaceServer.Tests.Sync.SyncHouse;

namespace WorkspaceServer.Tests.Sync;

/// <summary>One of the two clocks jumps in the middle of a run: the agent is told by how much, in words, and with the clock set right the run goes on where it was.</summary>
public sealed class SyncClockTests
{
    private static readonly DateTimeOffset Start = new(2026, 4, 1, 9, 30, 0, TimeSpan.Zero);

    [Theory]
    [Trait("claim", "A17")]
    [InlineData(true, 17, "17 minutes behind")]
    [InlineData(true, -90, "90 minutes ahead")]
    [InlineData(true, 3 * 24 * 60, "4320 minutes behind")]
    [InlineData(false, 2, "2 minutes ahead")]
    [InlineData(false, -525_600, "525600 minutes behind")]
    public async Task ARunGoesOnAfterAJump(bool isServers, int minutes, string said)
    {
        var (serversClock, agentsClock) = (new FakeTimeProvider(Start), new FakeTimeProvider(Start));
        await using var server = await RunningServer.StartAsync(clock: serversClock);
        using var agent = new TestAgent(server.Http, agentsClock);
        using (var paired = await agent.PairAsync(server.Get<AgentDesk>().CreateToken(Principal.Operator, server.Workspace).Text))
        {
            Assert.Equal(201, (int)paired.StatusCode);
        }

        var sender = new SyncSender(agent);
        var run = sender.NewRun();
        var (one, _) = SyncSender.Rows(Orders, [Order(1, "before", "0.1")]);
        var (two, _) = SyncSender.Rows(Orders, [Order(2, "after", "0.2")]);
        var (_, totals) = SyncSender.Rows(Orders, [Order(1, "before", "0.1"), Order(2, "after", "0.2")]);
        await SyncSender.OkAsync(await sender.BeginAsync(run, new RunRequest(SyncMode.Snapshot, Orders, "orders.csv")));
        await SyncSender.OkAsync(await sender.PutAsync(run, 1, one));

        (isServers ? serversClock : agentsClock).AdjustTime(Start.AddMinutes(minutes));
        using (var refused = await agent.ExchangeAsync(agent.Signed(agent.Claims())))
        {
            var problem = await TestAgent.ProblemOf(refused);
            Assert.Equal((400, SyncProblems.ClockOff), ((int)refused.StatusCode, problem!.Code));
            Assert.Contains($"The clock of this computer is {said}.", problem.Detail, StringComparison.Ordinal);
        }

        agentsClock.AdjustTime(serversClock.GetUtcNow());
        agent.ForgetToken();
        await SyncSender.OkAsync(await sender.PutAsync(run, 2, two));
        await SyncSender.OkAsync(await sender.CommitAsync(run, SyncSender.Commit([one, two], totals)));
        var answer = await server.Workspaces.AskAsync(server.Workspace, "SELECT count(*), sum(amount) FROM orders", TestContext.Current.CancellationToken);
        Assert.Equal("2|0.3", string.Join('|', answer.Rows.Single().Select(cell => Math.Round(double.Parse(cell.ToString(), System.Globalization.CultureInfo.InvariantCulture), 6).ToString(System.Globalization.CultureInfo.InvariantCulture))));
    }
}
