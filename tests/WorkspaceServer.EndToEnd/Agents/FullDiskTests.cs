using Xunit;

namespace WorkspaceServer.EndToEnd.Agents;

/// <summary>A disk that is full to the last byte, the agent's or the server's, is said in words; nothing is lost or half there, and with room again the next sync goes on.</summary>
public sealed class FullDiskTests
{
    private const int RetryLater = 3;
    private const string NoRoom = "no_room";

    [Fact]
    [Trait("claim", "B40")]
    public async Task TheAgentsDisk()
    {
        Assert.SkipUnless(SmallDisk.Missing is null, SmallDisk.Missing ?? "");
        SmallDisk? disk = null;
        await using var house = await AgentHouse.StartAsync(home => disk = SmallDisk.Mount(home.Agent, mebibytes: 32));
        using var agentsDisk = disk!;
        var orders = await SyncedAsync(house);
        var before = orders.Answer;
        Change(orders);

        agentsDisk.Fill();
        var full = await house.Agent.RunAsync("sync", "--once", "--json");

        Assert.Equal(RetryLater, full.ExitCode);
        Assert.Contains($"\"code\": \"{NoRoom}\"", full.Errors, StringComparison.Ordinal);
        Assert.Contains("Make room", full.Errors, StringComparison.Ordinal);
        Assert.Equal(before, await house.AskAsync(orders.Question));

        agentsDisk.MakeRoom();
        await house.Agent.SucceedAsync("sync", "--once");
        Assert.Equal(orders.Answer, await house.AskAsync(orders.Question));
    }

    [Fact]
    [Trait("claim", "B40")]
    public async Task TheServersDisk()
    {
        Assert.SkipUnless(SmallDisk.Missing is null, SmallDisk.Missing ?? "");
        SmallDisk? disk = null;
        await using var house = await AgentHouse.StartAsync(home => disk = SmallDisk.Mount(home.Server, mebibytes: 64));
        using var serversDisk = disk!;
        var orders = await SyncedAsync(house);
        var before = orders.Answer;
        Change(orders);

        serversDisk.Fill();
        var full = await house.Agent.RunAsync("sync", "--once", "--json");

        Assert.NotEqual(0, full.ExitCode);
        Assert.Contains(NoRoom, full.Output + full.Errors, StringComparison.Ordinal);
        Assert.Contains("The server's disk is full", full.Output + full.Errors, StringComparison.Ordinal);

        serversDisk.MakeRoom();
        Assert.Equal(before, await house.AskAsync(orders.Question));
        await house.Agent.SucceedAsync("sync", "--once");
        Assert.Equal(orders.Answer, await house.AskAsync(orders.Question));
        await house.Server.KillAsync();
        using var files = house.OpenFiles();
        Assert.Empty(files.Damages());
    }

    private static async Task<BooksTable> SyncedAsync(AgentHouse house)
    {
        var orders = house.Table("orders", seed: 5, rows: 5_000, fillerLength: 200);
        await house.PairAsync();
        await house.Agent.SucceedAsync("sync", "--once");
        return orders;
    }

    private static void Change(BooksTable orders)
    {
        orders.ChangeMost();
        orders.Write();
    }
}
