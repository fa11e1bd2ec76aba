using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using WorkspaceServer.Features.Mcp;
using WorkspaceServer.Features.Mcp.Quotas;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using WorkspaceServer.Workspaces;
using Xunit;

namespace WorkspaceServer.Tests.Mcp;

/// <summary>What a token may read in a day: counted by row and byte, shared by processes, over at midnight UTC.</summary>
public sealed class DailyQuotasTests : IAsyncDisposable
{
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 3, 1, 23, 59, 0, TimeSpan.Zero));
    private readonly TemporaryWorkspaces workspaces;
    private readonly TokenUsageStore store;
    private readonly TokenIssuer issuer;

    public DailyQuotasTests()
    {
        workspaces = new TemporaryWorkspaces(clock);
        store = new TokenUsageStore(workspaces.Control);
        issuer = new TokenIssuer(new TokenStore(workspaces.Control, workspaces.Audit), workspaces.Changes, clock);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private void Execute(string sql)
    {
        using var connection = workspaces.Control.Open();
        connection.Execute(sql);
    }

    private int Today => DailyQuotas.DayOf(clock.GetUtcNow());

    [Theory]
    [Trait("claim", "C32")]
    [InlineData(9, 0, true)]
    [InlineData(10, 0, false)]
    [InlineData(0, 99, true)]
    [InlineData(0, 100, false)]
    public void ATokenReadsSoMuchInADay(int rows, int bytes, bool mayGoOn)
    {
        var (quotas, caller) = (Quotas(), Caller());
        quotas.Require(caller);
        quotas.Count(caller, rows, bytes);

        var problem = Record.Exception(() => quotas.Require(caller)) as ProblemException;

        Assert.Equal(mayGoOn, problem is null);
        Assert.True(mayGoOn || problem!.Code == ProblemCodes.QuotaExceeded);
        Assert.True(mayGoOn || problem!.Message.Contains("2026-03-02T00:00:00Z", StringComparison.Ordinal), problem?.Message);
        quotas.Require(Caller());

        // The day ends at midnight UTC.
        clock.Advance(TimeSpan.FromMinutes(1));
        quotas.Require(caller);
    }

    [Fact]
    [Trait("claim", "C32")]
    public void ATokenMayHaveABudgetOfItsOwn()
    {
        var (quotas, small) = (Quotas(), Caller(new TokenBudget(2, null)));
        quotas.Count(small, 2, 0);

        Assert.Contains("its 2 rows of today", Assert.Throws<ProblemException>(() => quotas.Require(small)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0L, null, false)]
    [InlineData(1L, 1L, true)]
    [InlineData(null, 0L, false)]
    [InlineData(TokenBudget.MaxRows, TokenBudget.MaxBytes, true)]
    [InlineData(TokenBudget.MaxRows + 1, null, false)]
    public void ABudgetHasBounds(long? rows, long? bytes, bool isGood)
    {
        var problem = Record.Exception(() => Caller(new TokenBudget(rows, bytes)));

        Assert.Equal(isGood, problem is null);
    }

    [Fact]
    [Trait("claim", "C32")]
    public void TwoProcessesShareABudget_ButForWhatOneHasNotWrittenYet()
    {
        var (one, other, caller) = (Quotas(rows: 5_000), Quotas(rows: 5_000), Caller());
        for (var i = 0; i < 25; i++)
        {
            one.Require(caller);
            one.Count(caller, 200, 10);
        }

        Assert.InRange(store.Find(caller.TokenId, Today).Rows, 5_000 - DailyQuotas.MaxUnwrittenRows, 5_000);
        Assert.Throws<ProblemException>(() => one.Require(caller));
        other.Count(caller, 1_001, 0);
        Assert.Throws<ProblemException>(() => other.Require(caller));

        // And the first one, which knew less, learns of it soon.
        var third = Quotas(rows: 5_500);
        Assert.Throws<ProblemException>(() => third.Require(caller));
    }

    [Fact]
    public async Task WhatWasReadIsWrittenSoon_AndAtTheLatestWhenTheServerStops()
    {
        var (quotas, caller) = (Quotas(), Caller());
        await quotas.StartAsync(Cancel);
        quotas.Count(caller, 3, 30);
        Assert.Equal(default, store.Find(caller.TokenId, Today));

        await quotas.StopAsync(Cancel);

        Assert.Equal(new TokenUsage(3, 30), store.Find(caller.TokenId, Today));
        Assert.Equal(new TokenUsage(3, 30), store.Of(Today)[caller.TokenId]);
    }

    [Fact]
    public async Task AllTokensAreWrittenTogether_AndWhatCouldNotBeWrittenStaysCounted()
    {
        var (quotas, one, other) = (Quotas(), Caller(), Caller());
        quotas.Count(one, 3, 30);
        quotas.Count(other, 9, 90);
        Execute($"CREATE TRIGGER spare BEFORE INSERT ON token_usage WHEN new.token_id = '{other.TokenId}' BEGIN SELECT RAISE(ABORT, 'disk full'); END");

        await Assert.ThrowsAsync<SqliteException>(() => quotas.StopAsync(Cancel));

        Assert.Empty(store.Of(Today));
        quotas.Count(other, 1, 10);
        Execute("DROP TRIGGER spare");
        await quotas.StopAsync(Cancel);
        Assert.Equal(new TokenUsage(3, 30), store.Of(Today)[one.TokenId]);
        Assert.Equal(new TokenUsage(10, 100), store.Of(Today)[other.TokenId]);
    }

    [Fact]
    public void OldDaysAreForgotten()
    {
        var caller = Caller();
        store.Add([(caller.TokenId, 10, new TokenUsage(1, 1)), (caller.TokenId, 11, new TokenUsage(1, 1))]);

        store.Forget(11);

        Assert.Equal(default, store.Find(caller.TokenId, 10));
        Assert.Equal(1, store.Find(caller.TokenId, 11).Rows);
    }

    [Fact]
    [Trait("claim", "C32")]
    public async Task OverMcpTheAnswerNamesTheTimeFromWhichItGoesOn_AndResourcesCountToo()
    {
        await using var server = await RunningServer.StartAsync(mcp: new McpOptions { RowsPerDay = 4, BytesPerDay = 1_000_000 });
        await SmallBooks.LoadAsync(server.Workspaces, server.Workspace, Cancel);
        await using var client = await McpClients.ConnectAsync(server, server.Token(), Cancel);
        await using var other = await McpClients.ConnectAsync(server, server.Token(), Cancel);
        const string fourRows = """{"sql":"SELECT value FROM json_each('[1,2,3,4]')"}""";

        var good = await client.CallAsync("execute_sql", fourRows, Cancel);
        var refused = await client.CallAsync("execute_sql", fourRows, Cancel);

        Assert.False(good.IsError == true, good.Text());
        Assert.True(refused.IsError);
        Assert.Matches("^quota_exceeded: This token has read its 4 rows of today. It may go on at [0-9]{4}-[0-9]{2}-[0-9]{2}T00:00:00Z", refused.Text());
        var error = await Assert.ThrowsAnyAsync<ModelContextProtocol.McpException>(async () => await client.ReadResourceAsync("workspace://schema", cancellationToken: Cancel));
        Assert.Contains("quota_exceeded", error.Message, StringComparison.Ordinal);
        Assert.False((await other.CallAsync("execute_sql", fourRows, Cancel)).IsError == true);
        Assert.Contains("has used up its", server.Logs.All, StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => workspaces.DisposeAsync();

    private DailyQuotas Quotas(int rows = 10, int bytes = 100) =>
        new(store, new McpOptions { RowsPerDay = rows, BytesPerDay = rows == 10 ? bytes : 1_000_000 }, clock, NullLogger<DailyQuotas>.Instance);

    private Caller Caller(TokenBudget budget = default)
    {
        var record = issuer.Create(workspaces.Create(), "test", budget: budget).Record;
        return new Caller(record.Id, record.Name, record.Workspace, record.Scopes.ToHashSet(), ReadAccess.Everything, Budget: record.Budget);
    }
}
