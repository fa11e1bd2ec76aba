using System.Net;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Agents;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Protocol;
using WorkspaceServer.Testing;
using WorkspaceServer.Tests.Access;
using WorkspaceServer.Workspaces;
using Xunit;
using static WorkspaceServer.Tests.Sync.SyncHouse;

namespace WorkspaceServer.Tests.Sync;

/// <summary>What an agent sends becomes visible whole and equal, or not at all.</summary>
public sealed class SyncRunTests(SyncHouse house) : IClassFixture<SyncHouse>
{
    private static readonly ControlTotals Nothing = new(0, new Dictionary<string, string> { ["id"] = "0", ["amount"] = "0" });

    [Fact]
    [Trait("claim", "E9")]
    [Trait("claim", "E10")]
    [Trait("claim", "B27")]
    [Trait("action", nameof(AuditActions.SyncBatchAccepted))]
    public async Task ASnapshotIsVisibleWithEqualTotals()
    {
        var books = await house.NewBooksAsync();
        var (run, result) = await books.SendOrdersAsync(
            Order(1, "Café – हिन्दी\r\n\"x\"", "0.1", paid: true), Order(2, "nul\0inside", "0.2"), Order(3, "", "-99999999999.9999", day: null), Order(4, "007", "999999999999999"));

        Assert.Equal((4L, "999899999999999.3001", "10"), (result.Totals.Rows, result.Totals.Sums["amount"], result.Totals.Sums["id"]));
        Assert.Equal("Café – हिन्दी\r\n\"x\"|1|2026-04-01", await books.AskAsync("SELECT party, paid, day FROM orders WHERE id = 1"));
        Assert.Equal("6E756C00696E73696465|10", await books.AskAsync("SELECT hex(party), length(CAST(party AS BLOB)) FROM orders WHERE id = 2"));
        Assert.Equal("0.30000000000000004|-99999999999.9999|NULL", await books.AskAsync("SELECT 0.1 + 0.2, amount, day FROM orders WHERE id = 3"));
        Assert.Equal("sync.batch_accepted|agent|ok", books.House.Dump("SELECT action, actor_kind, outcome FROM audit_entry WHERE workspace_id = @w AND action LIKE 'sync%'", ("@w", books.Workspace.ToString())));

        using var status = await books.House.GetAsync(books.Owner, books.House.In("/sync", books.Workspace));
        var table = Assert.Single((await AccessHouse.JsonOf(status)).GetProperty("tables").EnumerateArray());
        Assert.True(table.GetProperty("reconciled").GetBoolean());
        Assert.Equal((run, "orders.csv"), (table.GetProperty("last_run").GetString(), table.GetProperty("source").GetString()));
        using var log = await books.House.GetAsync(books.Owner, books.House.In("/sync/runs", books.Workspace));
        var line = Assert.Single((await AccessHouse.JsonOf(log)).GetProperty("items").EnumerateArray());
        Assert.Equal(("committed", 4, "snapshot"), (line.GetProperty("outcome").GetString(), line.GetProperty("rows_in").GetInt32(), line.GetProperty("mode").GetString()));
    }

    [Fact]
    [Trait("claim", "E10")]
    public async Task InsertsUpdatesAndDeletesArrive_AndTheIndexFollows()
    {
        var books = await house.NewBooksAsync();
        var (first, _) = await books.SendOrdersAsync(Order(1, "alpha", "10.25"), Order(2, "beta", "20.5"), Order(3, "gamma", "30"));
        var (batch, _) = SyncSender.Rows(Orders, [Order(2, "delta", "21.5"), Order(3, "gamma", "30"), Order(4, "omega", "0.01")], [[Cell.Of(1)], [Cell.Of(77)]]);
        var (_, all) = SyncSender.Rows(Orders, [Order(2, "delta", "21.5"), Order(3, "gamma", "30"), Order(4, "omega", "0.01")]);
        var (second, result) = await books.Sender.SendAsync(new RunRequest(SyncMode.Upsert, Orders, "orders.csv", first), [batch], all);

        Assert.Equal((5L, 2L, 1L), (result.RowsIn, result.Changed, result.Deleted));
        Assert.Equal("2|delta|21.5\n3|gamma|30\n4|omega|0.01", await books.AskAsync("SELECT id, party, amount FROM orders ORDER BY id"));
        Assert.Equal(("", "2", "4"), (await FindAsync(books, "alpha") + await FindAsync(books, "beta"), await FindAsync(books, "delta"), await FindAsync(books, "omega")));

        // With nothing to send, the table is still said to be as fresh as now, and builds on the run before.
        var (third, unchanged) = await books.Sender.SendAsync(new RunRequest(SyncMode.Upsert, Orders, "orders.csv", second), [], all);
        Assert.Equal((0L, all.Rows), (unchanged.Changed, unchanged.Totals.Rows));
        var (more, _) = SyncSender.Rows(Orders, [Order(5, "sigma", "1")]);
        var (_, afterwards) = SyncSender.Rows(Orders, [Order(2, "delta", "21.5"), Order(3, "gamma", "30"), Order(4, "omega", "0.01"), Order(5, "sigma", "1")]);
        await books.Sender.SendAsync(new RunRequest(SyncMode.Append, Orders, "orders.csv", third), [more], afterwards);
        Assert.Equal("5", await FindAsync(books, "sigma"));

        // Changes that build on a run which is not the last one are refused before a row is sent.
        using var stale = await books.Sender.BeginAsync(books.Sender.NewRun(), new RunRequest(SyncMode.Upsert, Orders, "orders.csv", second));
        Assert.Equal(SyncProblems.BaseDiffers, await TestAgent.CodeOf(stale));
    }

    [Theory]
    [InlineData(SyncMode.Snapshot)]
    [InlineData(SyncMode.Upsert)]
    [Trait("action", nameof(AuditActions.SyncBatchRefused))]
    public async Task WhereTotalsDifferNothingChanges_AndTheTableSaysSo(SyncMode mode)
    {
        var books = await house.NewBooksAsync();
        var (first, _) = await books.SendOrdersAsync(Order(1, "alpha", "10"));
        var (batch, totals) = SyncSender.Rows(Orders, [Order(1, "other", "11.01")]);
        var run = books.Sender.NewRun();
        await SyncSender.OkAsync(await books.Sender.BeginAsync(run, new RunRequest(mode, Orders, "orders.csv", mode == SyncMode.Snapshot ? null : first)));
        await SyncSender.OkAsync(await books.Sender.PutAsync(run, 1, batch));
        using var refused = await books.Sender.CommitAsync(run, SyncSender.Commit([batch], totals with { Sums = new Dictionary<string, string>(totals.Sums) { ["amount"] = "11.02" } }));
        var problem = await TestAgent.ProblemOf(refused);

        Assert.Equal((422, SyncProblems.TotalsDiffer), ((int)refused.StatusCode, problem!.Code));
        Assert.Contains("the server comes to 11.01 for the sum of amount and the agent to 11.02", problem.Detail, StringComparison.Ordinal);
        Assert.Equal("1|alpha|10", await books.AskAsync("SELECT id, party, amount FROM orders"));
        Assert.Equal(("1", ""), (await FindAsync(books, "alpha"), await FindAsync(books, "other")));
        Assert.False((await CatalogAsync(books)).IsReconciled);
        Assert.Equal("totals_differ", books.House.Dump("SELECT outcome FROM audit_entry WHERE workspace_id = @w AND action = 'sync.batch_refused'", ("@w", books.Workspace.ToString())));

        // The same run cannot be committed any more; a snapshot puts it right.
        using var again = await books.Sender.CommitAsync(run, SyncSender.Commit([batch], totals));
        Assert.Equal(SyncProblems.RunClosed, await TestAgent.CodeOf(again));
        await books.SendOrdersAsync(Order(1, "other", "11.01"));
        Assert.True((await CatalogAsync(books)).IsReconciled);
        Assert.DoesNotContain(books.House.Server.Workspaces.TablesInFile(books.Workspace), name => name.StartsWith("_ws_run_", StringComparison.Ordinal));
    }

    /// <summary>Eight batches, each twice, in any order and at the same time: each counts once.</summary>
    [Theory]
    [InlineData(SyncMode.Snapshot)]
    [InlineData(SyncMode.Append)]
    [Trait("claim", "B40")]
    public async Task BatchesComeInAnyOrder_AndTwice(SyncMode mode)
    {
        var books = await house.NewBooksAsync();
        var parts = Enumerable.Range(0, 8).Select(part => Enumerable.Range(part * 50, 50).Select(id => Order(id, $"party {id}", "1.5")).ToArray()).ToArray();
        var batches = parts.Select(part => SyncSender.Rows(Orders, part).Batch).ToArray();
        var totals = SyncSender.Rows(Orders, parts.SelectMany(part => part)).Totals;
        var run = books.Sender.NewRun();
        var request = new RunRequest(mode, Orders, "orders.csv");
        await SyncSender.OkAsync(await books.Sender.BeginAsync(run, request));
        int[] order = [8, 3, 1, 3, 8, 2, 7, 7, 5, 6, 4, 5, 1, 6, 2, 4];
        await SyncSender.OkAsync(await books.Sender.PutAsync(run, 8, batches[7]));
        Assert.Equal((0, 1), Progress(await SyncSender.OkAsync(await books.Sender.BeginAsync(run, request))));
        await Parallel.ForEachAsync(order, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (number, _) => await SyncSender.OkAsync(await books.Sender.PutAsync(run, number, batches[number - 1])));
        Assert.Equal((8, 8), Progress(await SyncSender.OkAsync(await books.Sender.BeginAsync(run, request))));

        using (var other = await books.Sender.PutAsync(run, 3, batches[0]))
        {
            Assert.Equal(SyncProblems.BatchDiffers, await TestAgent.CodeOf(other));
        }

        var first = await SyncSender.OkAsync(await books.Sender.CommitAsync(run, SyncSender.Commit(batches, totals)));
        var second = await SyncSender.OkAsync(await books.Sender.CommitAsync(run, SyncSender.Commit(batches, totals)));
        Assert.Equal((400L, first.Result!.Totals.Rows), (second.Result!.Totals.Rows, second.Result.Totals.Rows));
        Assert.Equal("400|400|600", await books.AskAsync("SELECT count(*), count(DISTINCT id), CAST(sum(amount) AS INTEGER) FROM orders"));
    }

    [Fact]
    public async Task ARunIsCommittedOnlyWhole()
    {
        var books = await house.NewBooksAsync();
        var (batch, totals) = SyncSender.Rows(Orders, [Order(1, "alpha", "10")]);
        var run = books.Sender.NewRun();
        await SyncSender.OkAsync(await books.Sender.BeginAsync(run, new RunRequest(SyncMode.Snapshot, Orders, "orders.csv")));
        await SyncSender.OkAsync(await books.Sender.PutAsync(run, 2, batch));
        using var gap = await books.Sender.CommitAsync(run, new CommitRequest(1, RunHash.Of([batch.Sha256]), totals));
        using var missing = await books.Sender.CommitAsync(run, new CommitRequest(2, RunHash.Of([batch.Sha256, batch.Sha256]), totals));
        await SyncSender.OkAsync(await books.Sender.PutAsync(run, 1, SyncSender.Rows(Orders, []).Batch));
        using var wrong = await books.Sender.CommitAsync(run, new CommitRequest(2, RunHash.Of([batch.Sha256, batch.Sha256]), totals));

        Assert.Equal((SyncProblems.BatchMissing, SyncProblems.BatchMissing), (await TestAgent.CodeOf(gap), await TestAgent.CodeOf(missing)));
        Assert.Equal(SyncProblems.BatchDiffers, await TestAgent.CodeOf(wrong));
        Assert.Empty((await books.House.Server.Workspaces.Gateway.GetCatalogAsync(books.Workspace, ReadAccess.Everything, TestContext.Current.CancellationToken)).Tables);
    }

    [Fact]
    [Trait("action", nameof(AuditActions.SyncSchemaAccepted))]
    public async Task ANewColumnFlows_AMissingOneStays_AChangedOneWaitsForTheOwner()
    {
        var books = await house.NewBooksAsync();
        var (first, _) = await books.SendOrdersAsync(Order(1, "alpha", "10"));
        var wider = Orders with { Columns = [.. Orders.Columns.Where(column => column.Name != "paid"), new("note", SyncType.Text)] };
        var (batch, _) = SyncSender.Rows(wider, [[Cell.Of(2), Cell.Of("beta"), Cell.Null, Cell.Null, Cell.Of("urgent")]]);
        var counter = TotalsCounter.From(wider, new ControlTotals(1, new Dictionary<string, string> { ["id"] = "1", ["amount"] = "10" }));
        counter.Add([Cell.Of(2), Cell.Of("beta"), Cell.Null, Cell.Null, Cell.Of("urgent")]);
        var (second, _) = await books.Sender.SendAsync(new RunRequest(SyncMode.Upsert, wider, "orders.csv", first), [batch], counter.Totals);
        Assert.Equal("1|0|NULL\n2|NULL|urgent", await books.AskAsync("SELECT id, paid, note FROM orders ORDER BY id"));
        Assert.Equal("2", await FindAsync(books, "urgent"));

        var changed = Orders with { Columns = [.. Orders.Columns.Select(column => column.Name == "amount" ? column with { Type = SyncType.Text } : column)] };
        var request = new RunRequest(SyncMode.Snapshot, changed, "orders.csv");
        using (var waits = await books.Sender.BeginAsync(books.Sender.NewRun(), request))
        {
            Assert.Contains("amount was decimal and is now text", (await TestAgent.ProblemOf(waits))!.Detail, StringComparison.Ordinal);
        }

        using (var accepted = await books.House.SendAsync(books.Owner, HttpMethod.Post, books.House.In("/sync/tables/orders/accept-schema", books.Workspace)))
        {
            Assert.Equal(HttpStatusCode.OK, accepted.StatusCode);
        }

        using (var upsert = await books.Sender.BeginAsync(books.Sender.NewRun(), request with { Mode = SyncMode.Upsert, BasedOn = second }))
        {
            Assert.Equal(SyncProblems.BaseDiffers, await TestAgent.CodeOf(upsert));
        }

        var (rows, totals) = SyncSender.Rows(changed, [[Cell.Of(1), Cell.Of("alpha"), Cell.Of("1234567890.1234567890"), Cell.Of(true), Cell.Null]]);
        await books.Sender.SendAsync(request, [rows], totals);
        Assert.Equal("1234567890.1234567890|NULL", await books.AskAsync("SELECT amount, note FROM orders"));
        Assert.Equal("1", books.House.Dump("SELECT count(*) FROM audit_entry WHERE workspace_id = @w AND action = 'sync.schema_accepted'", ("@w", books.Workspace.ToString())));
    }

    [Fact]
    public async Task AKeyOfTwoColumnsNamesARow()
    {
        var books = await house.NewBooksAsync();
        var schema = new SyncSchema("lines", [new("bill", SyncType.Text), new("line", SyncType.Integer), new("qty", SyncType.Decimal)], ["bill", "line"]);
        Cell[][] rows = [[Cell.Of("A"), Cell.Of(1), Cell.Null], [Cell.Of("A"), Cell.Of(2), Cell.Null], [Cell.Of("B"), Cell.Of(1), Cell.Null]];
        var (batch, totals) = SyncSender.Rows(schema, rows);
        var (first, _) = await books.Sender.SendAsync(new RunRequest(SyncMode.Snapshot, schema, "bills"), [batch], totals);
        var (change, _) = SyncSender.Rows(schema, [], [[Cell.Of("A"), Cell.Of(2)]]);
        await books.Sender.SendAsync(new RunRequest(SyncMode.Upsert, schema, "bills", first), [change], SyncSender.Rows(schema, [rows[0], rows[2]]).Totals);
        Assert.Equal("A|1\nB|1", await books.AskAsync("SELECT bill, line FROM lines ORDER BY bill, line"));

        var (twice, sum) = SyncSender.Rows(schema, [rows[0], rows[0]]);
        var run = books.Sender.NewRun();
        await SyncSender.OkAsync(await books.Sender.BeginAsync(run, new RunRequest(SyncMode.Snapshot, schema, "bills")));
        await SyncSender.OkAsync(await books.Sender.PutAsync(run, 1, twice));
        using var refused = await books.Sender.CommitAsync(run, SyncSender.Commit([twice], sum));
        Assert.Equal("invalid_data", await TestAgent.CodeOf(refused));
        Assert.Equal("2", await books.AskAsync("SELECT count(*) FROM lines"));
    }

    /// <summary>What is the same changes nothing, whatever is in it: the old row is read back exactly as it was sent.</summary>
    [Fact]
    public async Task WhatIsSentAgainUnchangedChangesNothing()
    {
        var books = await house.NewBooksAsync();
        Cell[][] rows = [Order(1, "nul\0inside", "0.1"), Order(2, "", "123456789012345"), Order(3, "हिन्दी 🧾", "-0.000000000000001", paid: true, day: null), Order(4, "", "99999999999.9999")];
        var (first, _) = await books.SendOrdersAsync(rows);
        var (batch, totals) = SyncSender.Rows(Orders, rows);
        var (second, same) = await books.Sender.SendAsync(new RunRequest(SyncMode.Upsert, Orders, "orders.csv", first), [batch], totals);
        Assert.Equal((4L, 0L), (same.RowsIn, same.Changed));

        var (deletes, _) = SyncSender.Rows(Orders, [], [[Cell.Of(1)], [Cell.Of(3)]]);
        await books.Sender.SendAsync(new RunRequest(SyncMode.Upsert, Orders, "orders.csv", second), [deletes], SyncSender.Rows(Orders, [rows[1], rows[3]]).Totals);
        Assert.Equal("", await FindAsync(books, "nul") + await FindAsync(books, "हिन्दी"));
    }

    [Fact]
    public async Task ATableIsOneAgentsAlone_UntilThatOneIsRevoked()
    {
        var books = await house.NewBooksAsync();
        await books.SendOrdersAsync(Order(1, "alpha", "10"));
        using var other = await TestAgent.PairedAsync(books.House.Server, books.Workspace);
        var sender = new SyncSender(other);
        using (var taken = await sender.BeginAsync(sender.NewRun(), new RunRequest(SyncMode.Snapshot, Orders, "x")))
        {
            Assert.Equal(SyncProblems.TableTaken, await TestAgent.CodeOf(taken));
        }

        books.House.Server.Get<AgentDesk>().Revoke(Principal.Operator, books.Workspace, books.Agent.Pairing.AgentId);
        var (batch, totals) = SyncSender.Rows(Orders, [Order(9, "theirs", "1")]);
        await sender.SendAsync(new RunRequest(SyncMode.Snapshot, Orders, "x"), [batch], totals);
        Assert.Equal("9", await books.AskAsync("SELECT id FROM orders"));

        await books.House.Server.Workspaces.LoadAsync(books.Workspace, new TableSchema("orders", [new("id", ColumnType.Integer)], Source: "orders.csv"), [[7]], TestContext.Current.CancellationToken);
        using var imported = await sender.BeginAsync(sender.NewRun(), new RunRequest(SyncMode.Snapshot, Orders, "x"));
        Assert.Equal(SyncProblems.TableTaken, await TestAgent.CodeOf(imported));
        Assert.Null((await CatalogAsync(books)).IsReconciled);
    }

    [Theory]
    [InlineData("_ws_table")]
    [InlineData("sqlite_schema")]
    [InlineData("a\"; DROP TABLE x; --")]
    [InlineData("orders_fts")]
    public async Task ANameThatIsNotAllowedIsRefused(string name)
    {
        var books = await house.NewBooksAsync();
        using var table = await books.Sender.BeginAsync(books.Sender.NewRun(), new RunRequest(SyncMode.Snapshot, Orders with { Table = name }, "x"));
        using var column = await books.Sender.BeginAsync(books.Sender.NewRun(), new RunRequest(SyncMode.Snapshot, Orders with { Columns = [new(name == "sqlite_schema" ? "rowid" : name == "_ws_table" ? "x y" : name, SyncType.Text)], Key = [] }, "x"));
        Assert.Equal((400, 400), ((int)table.StatusCode, (int)column.StatusCode));
    }

    [Fact]
    [Trait("claim", "D65")]
    public async Task ARunGoesOnWhereItWas()
    {
        var books = await house.NewBooksAsync();
        var run = books.Sender.NewRun();
        var request = new RunRequest(SyncMode.Snapshot, Orders, "orders.csv");
        var (batch, totals) = SyncSender.Rows(Orders, [Order(1, "alpha", "10")]);
        await SyncSender.OkAsync(await books.Sender.BeginAsync(run, request));
        await SyncSender.OkAsync(await books.Sender.PutAsync(run, 1, batch));
        Assert.Equal((1, 1), Progress(await SyncSender.OkAsync(await books.Sender.BeginAsync(run, request))));
        using (var other = await books.Sender.BeginAsync(run, request with { Schema = Orders with { Table = "others" } }))
        {
            Assert.Equal(SyncProblems.RunClosed, await TestAgent.CodeOf(other));
        }

        // A new run of the same table takes the place of the open one, whose rows go.
        await SyncSender.OkAsync(await books.Sender.BeginAsync(books.Sender.NewRun(), request));
        using var late = await books.Sender.CommitAsync(run, SyncSender.Commit([batch], totals));
        Assert.Equal(SyncProblems.RunClosed, await TestAgent.CodeOf(late));
        Assert.Single(books.House.Server.Workspaces.TablesInFile(books.Workspace), name => name.StartsWith("_ws_run_", StringComparison.Ordinal));
        using var none = await books.Sender.CommitAsync(books.Sender.NewRun(), new CommitRequest(0, RunHash.Of([]), Nothing));
        Assert.Equal(SyncProblems.RunUnknown, await TestAgent.CodeOf(none));
    }

    private static (int Through, int Received) Progress(RunAnswer answer) => (answer.ReceivedThrough, answer.Received);

    private static async Task<CatalogTable> CatalogAsync(Books books) =>
        Assert.Single((await books.House.Server.Workspaces.Gateway.GetCatalogAsync(books.Workspace, ReadAccess.Everything, TestContext.Current.CancellationToken)).Tables);

    /// <summary>What is sent, changed and removed is so in the index too, by FTS5's own check and to who searches.</summary>
    [Fact]
    public async Task TheIndexFollowsEveryRow()
    {
        var books = await house.NewBooksAsync();
        var all = Enumerable.Range(1, 200).Select(id => Order(id, $"party{id} Müller हिन्दी", "1.5")).ToArray();
        var (run, _) = await books.SendOrdersAsync(all);
        var (batch, _) = SyncSender.Rows(Orders, [Order(7, "renamed7", "1.5"), Order(201, "added201", "1.5")], Enumerable.Range(100, 50).Select(id => new[] { Cell.Of(id) }));
        Cell[][] left = [.. all.Where((_, at) => at + 1 is not 7 and (< 100 or >= 150)), Order(7, "renamed7", "1.5"), Order(201, "added201", "1.5")];
        await books.Sender.SendAsync(new RunRequest(SyncMode.Upsert, Orders, "orders.csv", run), [batch], SyncSender.Rows(Orders, left).Totals);

        Assert.Equal(["7", "201", "", "99"], [await FindAsync(books, "renamed7"), await FindAsync(books, "added201"), await FindAsync(books, "party120"), await FindAsync(books, "party99")]);
        using var lease = books.House.Server.Workspaces.Open.Use(books.Workspace);
        Assert.Empty(await lease.File.Writer.RunAsync(FullTextCheck.Damages, TestContext.Current.CancellationToken));
    }

    /// <summary>Keys of the rows that a word is found in.</summary>
    private static async Task<string> FindAsync(Books books, string word)
    {
        var answer = await books.House.Server.Workspaces.Gateway.SearchAsync(
            books.Workspace, new SearchMessage(word, null, 10, ReadAccess.Everything, TimeSpan.FromSeconds(5)), TestContext.Current.CancellationToken);
        return string.Join(' ', answer.Hits.Select(hit => hit.Key));
    }
}
