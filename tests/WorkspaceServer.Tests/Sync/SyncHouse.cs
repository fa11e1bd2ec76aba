using WorkspaceServer.Features.Access;
using WorkspaceServer.Protocol;
using WorkspaceServer.Testing;
using WorkspaceServer.Tests.Access;
using WorkspaceServer.Vault;
using Xunit;

namespace WorkspaceServer.Tests.Sync;

/// <summary>One server for the tests of a class; each has a workspace of its own with a paired agent.</summary>
public sealed class SyncHouse : IAsyncLifetime
{
    internal static readonly SyncSchema Orders = new(
        "orders", [new("id", SyncType.Integer), new("party", SyncType.Text), new("amount", SyncType.Decimal), new("paid", SyncType.Boolean), new("day", SyncType.Date)], ["id"]);

    internal AccessHouse House { get; private set; } = null!;

    public async ValueTask InitializeAsync() => House = await AccessHouse.StartAsync();

    public ValueTask DisposeAsync() => House.DisposeAsync();

    internal async Task<Books> NewBooksAsync()
    {
        var workspace = House.Server.Workspaces.Create();
        var agent = await TestAgent.PairedAsync(House.Server, workspace);
        return new Books(House, workspace, agent, House.Person(workspace, Role.Owner));
    }

    internal static Cell[] Order(int id, string party, string amount, bool paid = false, string? day = "2026-04-01")
    {
        Assert.True(Cell.TryDecimal(amount, out var cell));
        return [Cell.Of(id), Cell.Of(party), cell, Cell.Of(paid), day is null ? Cell.Null : Cell.Of(day)];
    }
}

/// <summary>A workspace with its agent and its owner.</summary>
internal sealed record Books(AccessHouse House, WorkspaceId Workspace, TestAgent Agent, string Owner)
{
    public SyncSender Sender { get; } = new(Agent);

    /// <summary>What a SELECT answers, cells between | and rows on lines.</summary>
    public async Task<string> AskAsync(string sql)
    {
        var answer = await House.Server.Workspaces.AskAsync(Workspace, sql, TestContext.Current.CancellationToken);
        return string.Join('\n', answer.Rows.Select(row => string.Join('|', row.Select(cell => cell.ToString()))));
    }

    /// <summary>A snapshot of these orders.</summary>
    public Task<(string Run, CommitResult Result)> SendOrdersAsync(params Cell[][] orders)
    {
        var (batch, totals) = SyncSender.Rows(SyncHouse.Orders, orders);
        return Sender.SendAsync(new RunRequest(SyncMode.Snapshot, SyncHouse.Orders, "orders.csv"), [batch], totals);
    }
}
