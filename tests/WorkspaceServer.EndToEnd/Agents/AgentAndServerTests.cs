using System.Text.Json;
using Xunit;

namespace WorkspaceServer.EndToEnd.Agents;

/// <summary>The two programs, and nothing in between that only looks like one of them.</summary>
public sealed class AgentAndServerTests
{
    /// <summary>The agent's exit code when it is paired with nobody.</summary>
    private const int NotPaired = 4;

    [Fact]
    [Trait("claim", "E9")]
    [Trait("claim", "E10")]
    [Trait("claim", "D65")]
    public async Task WhatChangesAtTheSourceIsWhatAClientReads_AndNothingElseTravels()
    {
        await using var house = await AgentHouse.StartAsync();
        var orders = house.Table("orders", seed: 1, rows: 5_000, fillerLength: 10);
        await house.PairAsync();

        var first = await SyncAsync(house);
        Assert.Equal((5_000, 5_000, 0), Counts(first));
        Assert.Equal(orders.Answer, await house.AskAsync(orders.Question));

        var same = await SyncAsync(house);
        Assert.Equal((5_000, 0, 0), Counts(same));
        Assert.Equal(0, same.GetProperty("batches_sent").GetInt32());

        var gone = orders.PartyOf(17);
        orders.Change(3, 4, 5);
        orders.Remove(17, 18);
        orders.Add(1);
        orders.Write();
        var changed = await SyncAsync(house);
        Assert.Equal((4_999, 4, 2), Counts(changed));
        Assert.InRange(changed.GetProperty("bytes_sent").GetInt64(), 1, first.GetProperty("bytes_sent").GetInt64() / 100);
        Assert.Equal(orders.Answer, await house.AskAsync(orders.Question));
        Assert.Equal("0", await house.AskAsync($"SELECT count(*) FROM orders WHERE id IN (17, 18) OR party = '{gone}' AND id = 17"));

        await house.Agent.SucceedAsync("unpair");
        orders.Add(1);
        orders.Write();
        Assert.Equal(NotPaired, (await house.Agent.RunAsync("sync", "--once")).ExitCode);
        Assert.Equal("4999", await house.AskAsync("SELECT count(*) FROM orders"));
    }

    private static async Task<JsonElement> SyncAsync(AgentHouse house) =>
        Assert.Single((await house.Agent.SucceedAsync("sync", "--once", "--json")).Json.GetProperty("tables").EnumerateArray().ToArray());

    private static (int Rows, int Changed, int Deleted) Counts(JsonElement table) =>
        (table.GetProperty("rows").GetInt32(), table.GetProperty("changed").GetInt32(), table.GetProperty("deleted").GetInt32());
}
