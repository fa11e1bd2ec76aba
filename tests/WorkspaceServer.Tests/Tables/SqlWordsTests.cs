using WorkspaceServer.Features.Tables.Console;
using Xunit;

namespace WorkspaceServer.Tests.Tables;

/// <summary>A statement in words says what it does, or nothing.</summary>
public sealed class SqlWordsTests
{
    [Theory]
    [InlineData("SELECT * FROM bills", "Reads bills.")]
    [InlineData("select party, sum(due) as owed, count(*) from bills where due > 0 group by party having sum(due) > 10 order by owed desc, party limit 5;",
        "Reads bills. Keeps the rows where due > 0. Puts rows together that have the same party. Adds up due. Counts the rows. Of the results, keeps those where sum(due) > 10. Sorts by owed, the greatest first, party. Shows 5 rows at most.")]
    [InlineData("SELECT p.name, avg(i.amount) FROM invoices i JOIN parties p ON p.code = i.party", "Reads invoices together with parties. Takes the average of i.amount.")]
    [InlineData("SELECT max(day), min(day), max(1, due) FROM bills", "Reads bills. Finds the greatest day. Finds the least day.")]
    [InlineData("SELECT a -- FROM nowhere\nFROM bills /* WHERE 1 */ WHERE a = 'ORDER BY' AND b IN (1, 2)", "Reads bills. Keeps the rows where a = 'ORDER BY' AND b IN (1, 2).")]
    [InlineData("SELECT count(DISTINCT party) FROM \"odd name\"", "Reads \"odd name\". Counts DISTINCT party.")]
    [InlineData("SELECT strftime('%Y', day) AS year FROM bills ORDER BY length(party), 1 ASC", "Reads bills. Sorts by length(party), 1.")]
    [InlineData("SELECT DISTINCT party FROM bills", "Reads bills. Shows rows that are alike once.")]
    // What it does not understand.
    [InlineData("", "")]
    [InlineData("SELECT 1", "")]
    [InlineData("SELECT FROM bills", "")]
    [InlineData("SELECT * FROM bills WHERE", "")]
    [InlineData("SELECT * FROM bills WHERE id IN (SELECT id FROM paid)", "")]
    [InlineData("WITH x AS (SELECT 1) SELECT * FROM x", "")]
    [InlineData("SELECT a FROM b UNION SELECT c FROM d", "")]
    [InlineData("SELECT sum(due) OVER (ORDER BY day) FROM bills", "")]
    [InlineData("SELECT * FROM bills LIMIT 5 OFFSET 10", "")]
    [InlineData("SELECT * FROM bills LIMIT 10, 5", "")]
    [InlineData("SELECT * FROM (bills, paid)", "")]
    [InlineData("SELECT * FROM bills WHERE a WHERE b", "")]
    [InlineData("SELECT * FROM bills LIMIT 1 WHERE b", "")]
    [InlineData("DROP TABLE bills", "")]
    [InlineData("SELECT ))) FROM ((( bills", "")]
    [InlineData("'", "")]
    [InlineData("SELECT a FROM bills /* open", "Reads bills.")]
    [InlineData("SELECT a FROM bills WHERE b = 'open", "Reads bills. Keeps the rows where b = 'open.")]
    public void EachClauseIsAStep(string sql, string words) => Assert.Equal(words, string.Join(' ', SqlWords.Of(sql)));

    [Fact]
    public void OfTooManyStepsNothingIsSaid()
    {
        string Counting(int times) => $"SELECT {string.Join(", ", Enumerable.Repeat("count(*)", times))} FROM bills";

        Assert.Equal(SqlWords.MaxSteps, SqlWords.Of(Counting(SqlWords.MaxSteps - 1)).Count);
        Assert.Empty(SqlWords.Of(Counting(SqlWords.MaxSteps)));
    }
}
