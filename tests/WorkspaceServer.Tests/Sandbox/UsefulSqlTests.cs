using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;
using Xunit;

namespace WorkspaceServer.Tests.Sandbox;

/// <summary>The walls let through what analysts and their assistants write.</summary>
[Collection(AloneCollection.Name)]
public sealed class UsefulSqlTests(UsefulSqlTests.Million million) : IClassFixture<UsefulSqlTests.Million>
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task UsefulStatementsGiveRows()
    {
        var statements = HostileStatements.Read("useful.sql");
        var complaints = new List<string>();
        foreach (var statement in statements)
        {
            var (rows, message) = await AskAsync(million.Small, statement.Sql);
            if (rows is not > 0)
            {
                complaints.Add($"{message ?? "no rows"}: {statement}");
            }
        }

        Assert.True(statements.Count >= 60, $"{statements.Count} statements");
        Assert.True(complaints.Count == 0, string.Join('\n', complaints));
    }

    // The expected values are sums of arithmetic series over id = 1 … 1,000,000, kind = id % 1000, amount = id / 4.
    [Theory]
    [InlineData("SELECT sum(id) FROM million", "500000500000")]
    [InlineData("SELECT count(*) FROM (SELECT kind, sum(amount) FROM million GROUP BY kind)", "1000")]
    [InlineData("SELECT count(*) FROM (SELECT id, count(*) FROM million GROUP BY id + 0)", "1000000")]
    [InlineData("SELECT id FROM million ORDER BY kind DESC, id DESC LIMIT 1", "999999")]
    [InlineData("SELECT id FROM (SELECT id, kind, amount FROM million ORDER BY kind, amount DESC) LIMIT 1 OFFSET 1000", "999001")]
    [InlineData("SELECT max(r) FROM (SELECT row_number() OVER (ORDER BY amount DESC) AS r FROM million)", "1000000")]
    [InlineData("SELECT count(DISTINCT kind) FROM million", "1000")]
    [InlineData("SELECT count(*) FROM million a JOIN million b ON b.id = a.id", "1000000")]
    [InlineData("SELECT sum(amount) FROM million WHERE kind = 7", "124876750")]
    public async Task AMillionRowsAreSortedAndGrouped(string sql, string expected)
    {
        var answer = await million.Server.Gateway.QueryAsync(million.Large, new QueryMessage(sql, ReadAccess.Everything, 10, 1 << 20, Deadline), Cancel);

        Assert.Equal(expected, answer.Rows[0][0].ToString());
    }

    private async Task<(int? Rows, string? Message)> AskAsync(WorkspaceId workspace, string sql)
    {
        try
        {
            return ((await million.Server.AskAsync(workspace, sql, Cancel, HostileYard.Access)).Rows.Count, null);
        }
        catch (ProblemException problem)
        {
            return (null, problem.Message);
        }
    }

    /// <summary>A workspace with a table of a million rows, and a small one.</summary>
    public sealed class Million : IAsyncLifetime
    {
        private const int Rows = 1_000_000;
        private const int RowsPerBatch = 50_000;

        internal TemporaryWorkspaces Server { get; } = new();

        internal WorkspaceId Small { get; private set; }

        internal WorkspaceId Large { get; private set; }

        public async ValueTask InitializeAsync()
        {
            Small = await HostileYard.LoadAsync(Server);
            Large = Server.Create();
            var schema = new TableSchema(
                "million",
                [new ColumnSchema("id", ColumnType.Integer), new ColumnSchema("kind", ColumnType.Integer), new ColumnSchema("amount", ColumnType.Decimal)],
                KeyColumn: "id");
            var load = await Server.Gateway.BeginLoadAsync(Large, schema, default);
            for (var start = 1; start <= Rows; start += RowsPerBatch)
            {
                await Server.Gateway.AppendAsync(Large, load, [.. Enumerable.Range(start, RowsPerBatch).Select(id => new SqlValue[] { (long)id, id % 1000L, id / 4.0 })], default);
            }

            await Server.Gateway.CommitLoadAsync(Large, load, default);
        }

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
