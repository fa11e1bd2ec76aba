using WorkspaceServer.Features.Samples;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;
using Xunit;

namespace WorkspaceServer.Tests.Workspaces;

/// <summary>Pages of rows through the sandbox: the same rows, once each, in the order that sorting in memory gives.</summary>
public sealed class RowPagesTests : IAsyncLifetime
{
    private const int Count = 300;

    private readonly TemporaryWorkspaces workspaces = new();
    private readonly List<(long Id, long? Amount, string Name)> rows = [];
    private WorkspaceId workspace;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        workspace = workspaces.Create();
        var random = new SeededRandom(7);
        for (long id = 1; id <= Count; id++)
        {
            // Few different amounts and many NULLs, so that pages begin inside of both.
            rows.Add((id, random.Next(4) == 0 ? null : random.Next(5), random.Next(3) == 0 ? "50% off_\\" : $"party {random.Next(10)}"));
        }

        var schema = new TableSchema("bills", [new ColumnSchema("id", ColumnType.Integer), new ColumnSchema("amount", ColumnType.Integer), new ColumnSchema("name", ColumnType.Text)], "id");
        var load = await workspaces.Gateway.BeginLoadAsync(workspace, schema, Cancel);
        await workspaces.Gateway.AppendAsync(workspace, load, [.. rows.Select(row => new SqlValue[] { row.Id, row.Amount is { } amount ? amount : SqlValue.Null, row.Name })], Cancel);
        await workspaces.Gateway.CommitLoadAsync(workspace, load, Cancel);
    }

    public ValueTask DisposeAsync() => workspaces.DisposeAsync();

    [Theory]
    [InlineData(null, false)]
    [InlineData(null, true)]
    [InlineData("id", false)]
    [InlineData("id", true)]
    [InlineData("amount", false)]
    [InlineData("amount", true)]
    [InlineData("name", true)]
    public async Task EveryRowComesOnceInOrder_AndTheSameWayBack(string? column, bool descending)
    {
        var expected = Sorted(column, descending);
        var forward = new List<long>();
        var pages = new List<RowsAnswer>();
        for (var page = await ReadAsync(column, descending, null); ; page = await ReadAsync(column, descending, page.Next))
        {
            pages.Add(page);
            forward.AddRange(page.Rows.Select(row => row[0].AsInteger()));
            if (page.Next is null)
            {
                break;
            }
        }

        Assert.Equal(expected, forward);
        Assert.Null(pages[0].Earlier);
        var backward = new List<long>();
        for (var earlier = pages[^1].Earlier; earlier is not null;)
        {
            var page = await ReadAsync(column, descending, earlier);
            backward.InsertRange(0, page.Rows.Select(row => row[0].AsInteger()));
            earlier = page.Earlier;
        }

        Assert.Equal(expected.Take(Count - pages[^1].Rows.Count), backward);
    }

    [Theory]
    [InlineData("amount", nameof(FilterOperator.Is), "3")]
    [InlineData("amount", nameof(FilterOperator.AtLeast), "2.5")]
    [InlineData("amount", nameof(FilterOperator.IsNot), "3")]
    [InlineData("amount", nameof(FilterOperator.IsEmpty), "")]
    [InlineData("amount", nameof(FilterOperator.IsNotEmpty), "")]
    [InlineData("name", nameof(FilterOperator.Contains), "0% OFF")]
    [InlineData("name", nameof(FilterOperator.Contains), "_\\")]
    [InlineData("name", nameof(FilterOperator.BeginsWith), "party 1")]
    [InlineData("name", nameof(FilterOperator.Contains), "%")]
    [InlineData("name", nameof(FilterOperator.Is), "x' OR 1=1 --")]
    public async Task AFilterFindsWhatComparingInMemoryFinds(string column, string name, string value)
    {
        var op = Enum.Parse<FilterOperator>(name);
        bool Fits((long Id, long? Amount, string Name) row) => (column, op) switch
        {
            (_, FilterOperator.IsEmpty) => row.Amount is null,
            (_, FilterOperator.IsNotEmpty) => row.Amount is not null,
            ("amount", FilterOperator.Is) => row.Amount == 3,
            ("amount", FilterOperator.IsNot) => row.Amount != 3,
            ("amount", _) => row.Amount >= 2.5,
            (_, FilterOperator.BeginsWith) => row.Name.StartsWith(value, StringComparison.OrdinalIgnoreCase),
            (_, FilterOperator.Contains) => row.Name.Contains(value, StringComparison.OrdinalIgnoreCase),
            _ => row.Name == value,
        };
        var answer = await ReadAsync(null, false, null, new RowFilter(column, op, value), Count);

        Assert.Equal(rows.Where(Fits).Select(row => row.Id), answer.Rows.Select(row => row[0].AsInteger()));
        Assert.Equal(rows.Count(Fits), answer.Found);
    }

    [Fact]
    [Trait("claim", "A67")]
    public async Task AColumnThatIsNoneIsNoSql()
    {
        foreach (var name in (string[])["nothing", "id\" FROM main.bills --", "_ws_table", ""])
        {
            var sorted = await Assert.ThrowsAsync<ProblemException>(() => ReadAsync(name, false, null));
            var filtered = await Assert.ThrowsAsync<ProblemException>(() => ReadAsync(null, false, null, new RowFilter(name, FilterOperator.Is, "1")));
            Assert.Equal((ProblemCodes.InvalidArgument, ProblemCodes.InvalidArgument), (sorted.Code, filtered.Code));
        }
    }

    [Fact]
    public async Task AHiddenColumnIsNeitherShownNorSortedNorFilteredBy()
    {
        var access = new ReadAccess(["bills.amount"]);
        var answer = await workspaces.Gateway.ReadRowsAsync(workspace, Message(null, false, null, [], 10, access), Cancel);

        Assert.Equal(["id", "name"], answer!.Columns.Select(column => column.Name));
        await Assert.ThrowsAsync<ProblemException>(() => workspaces.Gateway.ReadRowsAsync(workspace, Message("amount", false, null, [], 10, access), Cancel));
        await Assert.ThrowsAsync<ProblemException>(() =>
            workspaces.Gateway.ReadRowsAsync(workspace, Message(null, false, null, [new RowFilter("amount", FilterOperator.Is, "1")], 10, access), Cancel));
        Assert.Null(await workspaces.Gateway.ReadRowsAsync(workspace, Message(null, false, null, [], 10, new ReadAccess(["bills.*"])), Cancel));
    }

    [Theory]
    [InlineData("n-1-5")]
    [InlineData("x")]
    [InlineData("n--")]
    [InlineData("p-99999999999999999999-1")]
    public async Task ACursorOfAnotherLoadBeginsAgain(string cursor) =>
        Assert.Equal((await ReadAsync("id", false, null)).Rows[0][0], (await ReadAsync("id", false, cursor)).Rows[0][0]);

    [Fact]
    public async Task AProfileSaysWhatCountingInMemorySays()
    {
        var profile = (await workspaces.Gateway.ProfileAsync(workspace, new ProfileMessage("bills", "amount", ReadAccess.Everything, TimeSpan.FromSeconds(5)), Cancel))!;
        var values = rows.Where(row => row.Amount is not null).Select(row => row.Amount!.Value).ToArray();

        Assert.Equal((Count, values.Length, values.Distinct().Count()), ((int)profile.Rows, (int)profile.Filled, (int)profile.Distinct));
        Assert.Equal((values.Min(), values.Max()), (profile.Least.AsInteger(), profile.Greatest.AsInteger()));
        Assert.Equal(
            rows.GroupBy(row => row.Amount).Select(group => group.LongCount()).OrderDescending(),
            profile.Common.Select(common => common.Rows));
    }

    private long[] Sorted(string? column, bool descending)
    {
        IEnumerable<(long Id, long? Amount, string Name)> sorted = column switch
        {
            "amount" => rows.OrderBy(row => row.Amount.HasValue).ThenBy(row => row.Amount).ThenBy(row => row.Id),
            "name" => rows.OrderBy(row => row.Name, StringComparer.Ordinal).ThenBy(row => row.Id),
            _ => rows,
        };
        return [.. (descending ? sorted.Reverse() : sorted).Select(row => row.Id)];
    }

    private async Task<RowsAnswer> ReadAsync(string? column, bool descending, string? after, RowFilter? filter = null, int maxRows = 37) =>
        (await workspaces.Gateway.ReadRowsAsync(workspace, Message(column, descending, after, filter is null ? [] : [filter], maxRows, ReadAccess.Everything), Cancel))!;

    private static RowsMessage Message(string? column, bool descending, string? after, IReadOnlyList<RowFilter> filters, int maxRows, ReadAccess access) =>
        new("bills", filters, new RowOrder(column, descending), after, maxRows, 198, 0, access, TimeSpan.FromSeconds(5));
}
