using System.Globalization;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;
using Xunit;

namespace WorkspaceServer.Tests.Workspaces;

/// <summary>Filters on columns without an index, in a table that is too long for one look: what comes, page by page, is what comparing in memory finds.</summary>
public sealed class RowWalkTests : IClassFixture<RowWalkTests.Ledger>
{
    private const int Count = 30_000;
    private const int PageRows = 20;

    private static readonly string[] Names = ["Sharma Traders", "Sharma", "sharma traders", "Sharma Traders ", "x' OR 1=1 --", "say \"yes\"", "party : 1", "---", "", "अन्नपूर्णा", "अन्नपूर्णा 7", "é 1", "e 1", "NEAR(a b)", "a*"];

    /// <summary>No time at all: each page looks at one stretch, whatever machine it is on.</summary>
    private static readonly LookingTime None = new(TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero);

    private readonly Ledger ledger;

    public RowWalkTests(Ledger ledger) => this.ledger = ledger;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(FilterOperator.Is, "4999", false, PageRows)]
    [InlineData(FilterOperator.Is, "4999", true, PageRows)]
    [InlineData(FilterOperator.AtMost, "40", false, PageRows)]
    [InlineData(FilterOperator.AtMost, "40", true, PageRows)]
    [InlineData(FilterOperator.Below, "0", false, PageRows)]
    [InlineData(FilterOperator.AtLeast, "0", false, 9_000)]
    [InlineData(FilterOperator.AtLeast, "0", true, 9_000)]
    public async Task EveryRowComesOnce_ThoughTheTimeIsOverOnEachPage_AndTheSameWayBack(object op, string value, bool isDescending, int rows)
    {
        var filter = new RowFilter("amount", (FilterOperator)op, value);
        var fits = Enumerable.Range(0, Count).Where(id => Amount(id) is var amount && (filter.Operator, amount) switch
        {
            (FilterOperator.Is, _) => amount == 4999,
            (FilterOperator.AtMost, _) => amount <= 40,
            (FilterOperator.AtLeast, _) => true,
            _ => false,
        }).Select(id => (long)id).ToArray();
        var expected = isDescending ? fits.Reverse() : fits;
        var (forward, looked) = (new List<long>(), new List<int>());
        var page = await ReadAsync(filter, isDescending, null, None, rows: rows);
        for (var pages = 1; ; pages++)
        {
            Assert.InRange(pages, 1, 40);
            forward.AddRange(Ids(page));
            Assert.True(page.Rows.Count == rows || page.Next is null || page.LookedThrough is not null);
            if (page.LookedThrough is { } percent)
            {
                looked.Add(percent);
            }

            if (page.Next is null)
            {
                break;
            }

            page = await ReadAsync(filter, isDescending, page.Next, None, rows: rows);
        }

        Assert.Equal(expected, forward);
        Assert.Equal(looked.Order(), looked);
        Assert.All(looked, percent => Assert.InRange(percent, 0, 99));
        var backward = new List<long>();
        for (var earlier = page.Earlier; earlier is not null; earlier = page.Earlier)
        {
            page = await ReadAsync(filter, isDescending, earlier, None, rows: rows);
            backward.InsertRange(0, Ids(page));
        }

        Assert.Equal(forward.Take(backward.Count), backward);
        Assert.InRange(forward.Count - backward.Count, 0, rows);
    }

    [Fact]
    public async Task AText_IsFoundWhateverIsInIt_AndOnlyWhereItIsEqual()
    {
        foreach (var name in Names.Append("nobody"))
        {
            var answer = await ReadAsync(new RowFilter("name", FilterOperator.Is, name), isDescending: true, null, LookingTime.Whole);
            var fits = Enumerable.Range(0, Count).Where(id => Name(id) == name).ToArray();

            Assert.Equal(fits.Reverse().Take(PageRows).Select(id => (long)id), Ids(answer));
            Assert.Equal((name, fits.Length), (name, (int)answer.Found!));
        }
    }

    [Fact]
    public async Task ATextAndANumber_AreBothHeldAgainstTheRows()
    {
        var message = Message([new RowFilter("amount", FilterOperator.AtLeast, "2500"), new RowFilter("name", FilterOperator.Is, "Sharma")], isDescending: false, null, LookingTime.Whole);
        var answer = (await ledger.Workspaces.Gateway.ReadRowsAsync(ledger.Workspace, message, Cancel))!;
        var fits = Enumerable.Range(0, Count).Where(id => Name(id) == "Sharma" && Amount(id) >= 2500).Select(id => (long)id).ToArray();

        Assert.Equal(fits.Take(PageRows), Ids(answer));
        Assert.Equal(fits.Length, answer.Found);
    }

    [Fact]
    public async Task WhatWasNotCounted_IsNotSaidToBeAll()
    {
        var many = new RowFilter("amount", FilterOperator.AtLeast, "0");
        var hurried = await ReadAsync(many, isDescending: false, null, None);
        var (whole, sorted) = (await ReadAsync(many, isDescending: false, null, LookingTime.Whole), await ReadAsync(many, isDescending: false, null, None with { Sorting = TimeSpan.MaxValue }, "amount"));

        Assert.Equal((null, PageRows + 1L), (hurried.Found, hurried.AtLeast));
        Assert.Equal((null, RowPages.MaxCounted + 1L), (whole.Found, whole.AtLeast));
        Assert.Equal((null, null, PageRows), (sorted.Found, sorted.LookedThrough, sorted.Rows.Count));
        // The last page is known to be that without counting.
        Assert.Equal(Count, (await ReadAsync(many, isDescending: false, null, new LookingTime(TimeSpan.MaxValue, TimeSpan.Zero, TimeSpan.Zero), rows: Count)).Found);
    }

    [Theory]
    [InlineData("amount", "amount", FilterOperator.AtMost, "40", 100)]
    [InlineData("name", "amount", FilterOperator.AtMost, "40", 100)]
    [InlineData("amount", "name", FilterOperator.Is, "Sharma", 900)] // by way of the full-text index
    [InlineData("due", "amount", FilterOperator.AtMost, "40", 100)] // with many empty ones
    [InlineData("id", "amount", FilterOperator.AtMost, "40", 100)] // an index that does not help in no time
    [InlineData("name", null, FilterOperator.Is, "", 5_000)]
    [InlineData("due", "amount", FilterOperator.Below, "0", 10)]
    public async Task AnOrderIsWholeInTheEnd_ThoughTheTimeIsOverOnEachPage_AndTheSameWayBack(string sort, string? column, object op, string value, int rows)
    {
        foreach (var isDescending in new[] { false, true })
        {
            RowFilter[] filters = column is null ? [] : [new RowFilter(column, (FilterOperator)op, value)];
            var fits = Enumerable.Range(0, Count).Where(id => column is null || (column == "name" ? Name(id) == value : (FilterOperator)op == FilterOperator.AtMost && Amount(id) <= 40));
            var inOrder = sort switch
            {
                "amount" => fits.OrderBy(Amount).ThenBy(id => id),
                "due" => fits.OrderBy(id => Due(id) ?? -1).ThenBy(id => id),
                "name" => fits.OrderBy(Name, Utf8Order).ThenBy(id => id),
                _ => fits.Order(),
            };
            var expected = (isDescending ? inOrder.Reverse() : inOrder).Select(id => (long)id).ToArray();
            var (forward, provisional) = (new List<long>(), 0);
            RowsAnswer? page = null;
            for (var after = (string?)null; ; after = page.Next)
            {
                page = await SortAsync(filters, sort, isDescending, after, rows);
                if (page.IsProvisional)
                {
                    provisional++;
                    Assert.InRange(page.LookedThrough!.Value, 0, 99);
                    Assert.InRange(page.Next!.Length, 1, RowCursor.MaxLength * (rows > 1_000 ? 20 : 1));
                    continue;
                }

                forward.AddRange(Ids(page));
                if (page.Next is null)
                {
                    break;
                }
            }

            Assert.Equal(expected, forward);
            Assert.True(provisional > 0);
            var backward = new List<long>();
            for (var earlier = page.Earlier; earlier is not null; earlier = page.IsProvisional ? page.Next : page.Earlier)
            {
                page = await SortAsync(filters, sort, isDescending, earlier, rows);
                backward.InsertRange(0, page.IsProvisional ? [] : Ids(page));
            }

            Assert.Equal(forward.Take(backward.Count), backward);
            Assert.InRange(forward.Count - backward.Count, 0, rows);
        }
    }

    [Fact]
    public async Task InTime_AnOrderIsWholeAtOnce()
    {
        var page = await ReadAsync(new RowFilter("amount", FilterOperator.AtMost, "40"), isDescending: true, null, None with { Sorting = TimeSpan.MaxValue }, "due");

        Assert.Equal((false, null, PageRows), (page.IsProvisional, page.LookedThrough, page.Rows.Count));
        Assert.Equal(Enumerable.Range(0, Count).Where(id => Amount(id) <= 40).OrderByDescending(id => Due(id) ?? -1).ThenByDescending(id => id).Take(PageRows).Select(id => (long)id), Ids(page));
    }

    /// <summary>What an address names as the first rows so far is not taken on trust.</summary>
    [Fact]
    public async Task RowsThatAnAddressMadeUpStillHaveToFit()
    {
        var load = (await ReadAsync(new RowFilter("amount", FilterOperator.Is, "1"), isDescending: false, null, None)).Table.LoadedAt;
        var made = new RowCursor(IsBackward: false, null, new SortProgress(1L << 40, [.. Enumerable.Range(1, 100).Select(number => (long)number)])).Write(load);
        var page = await SortAsync([new RowFilter("amount", FilterOperator.Is, "7919")], "due", isDescending: false, made, PageRows);

        Assert.Empty(page.Rows);
        Assert.Null(page.Next);
    }

    [Theory]
    [InlineData("n", long.MaxValue)]
    [InlineData("p", long.MaxValue)]
    [InlineData("n", long.MinValue + 1)]
    [InlineData("p", long.MinValue + 1)]
    [InlineData("p", 0)]
    [InlineData("n", Count * 2L)]
    public async Task ACursorFromOutsideTheTable_EndsNowhere(string side, long row)
    {
        var load = (await ReadAsync(new RowFilter("amount", FilterOperator.Is, "1"), isDescending: false, null, None)).Table.LoadedAt.ToUnixTimeMilliseconds();
        foreach (var isDescending in new[] { false, true })
        {
            var answer = await ReadAsync(new RowFilter("amount", FilterOperator.Is, "1"), isDescending, string.Create(CultureInfo.InvariantCulture, $"{side}-{load}-{row}"), LookingTime.Whole);
            Assert.All(Ids(answer), id => Assert.Equal(1, Amount((int)id)));
        }
    }

    private static int Amount(int id) => (int)(id * 7919L % 5000);

    /// <summary>Every third is empty.</summary>
    private static long? Due(int id) => id % 3 == 0 ? null : id * 31L % 1000;

    private static readonly Comparer<string> Utf8Order = Comparer<string>.Create((one, other) => System.Text.Encoding.UTF8.GetBytes(one).AsSpan().SequenceCompareTo(System.Text.Encoding.UTF8.GetBytes(other)));

    private static string Name(int id) => Names[id * 31 % 97 % Names.Length];

    private async Task<RowsAnswer> SortAsync(RowFilter[] filters, string sort, bool isDescending, string? after, int rows) =>
        (await ledger.Workspaces.Gateway.ReadRowsAsync(ledger.Workspace, Message(filters, isDescending, after, None, sort, rows), Cancel))!;

    private static long[] Ids(RowsAnswer answer) => [.. answer.Rows.Select(row => row[0].AsInteger())];

    private static RowsMessage Message(IReadOnlyList<RowFilter> filters, bool isDescending, string? after, LookingTime time, string? sort = null, int rows = PageRows) =>
        new("ledger", filters, new RowOrder(sort, isDescending), after, rows, 10, 0, ReadAccess.Everything, TimeSpan.FromSeconds(20), Time: time);

    private async Task<RowsAnswer> ReadAsync(RowFilter filter, bool isDescending, string? after, LookingTime time, string? sort = null, int rows = PageRows) =>
        (await ledger.Workspaces.Gateway.ReadRowsAsync(ledger.Workspace, Message([filter], isDescending, after, time, sort, rows), Cancel))!;

    /// <summary>One table for all of them.</summary>
    public sealed class Ledger : IAsyncLifetime
    {
        internal TemporaryWorkspaces Workspaces { get; } = new();

        internal WorkspaceId Workspace { get; private set; }

        public async ValueTask InitializeAsync()
        {
            Workspace = Workspaces.Create();
            var schema = new TableSchema("ledger", [new ColumnSchema("id", ColumnType.Integer), new ColumnSchema("amount", ColumnType.Integer), new ColumnSchema("name", ColumnType.Text), new ColumnSchema("due", ColumnType.Integer)], "id");
            var load = await Workspaces.Gateway.BeginLoadAsync(Workspace, schema, CancellationToken.None);
            await Workspaces.Gateway.AppendAsync(Workspace, load, [.. Enumerable.Range(0, Count).Select(id => new SqlValue[] { (long)id, (long)Amount(id), Name(id), Due(id) is { } due ? due : SqlValue.Null })], CancellationToken.None);
            await Workspaces.Gateway.CommitLoadAsync(Workspace, load, CancellationToken.None);
        }

        public ValueTask DisposeAsync() => Workspaces.DisposeAsync();
    }
}
