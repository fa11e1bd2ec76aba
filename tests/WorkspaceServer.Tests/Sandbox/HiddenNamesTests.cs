using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using Xunit;

namespace WorkspaceServer.Tests.Sandbox;

/// <summary>What a statement is refused with says nothing of names that the caller may not know: hidden and unknown ones are answered alike.</summary>
public sealed class HiddenNamesTests(HiddenNamesTests.Books loaded) : IClassFixture<HiddenNamesTests.Books>
{
    // {c} is a hidden column of parties or an unknown one, {t} a hidden table or an unknown one, {i} an index.
    [Theory]
    [InlineData("SELECT {c} FROM parties")]
    [InlineData("SELECT p.{c} FROM parties p")]
    [InlineData("SELECT parties.{c} FROM parties")]
    [InlineData("SELECT main.parties.{c} FROM main.parties")]
    [InlineData("SELECT {c} FROM main.parties")]
    [InlineData("SELECT name FROM main.parties ORDER BY {c}")]
    [InlineData("SELECT count(*) FROM main.parties NATURAL JOIN (SELECT 1 AS {c})")]
    [InlineData("SELECT count(*) FROM parties NATURAL JOIN (SELECT 1 AS {c})")]
    [InlineData("SELECT count(*) FROM parties JOIN (SELECT 1 AS {c}) USING ({c})")]
    [InlineData("SELECT count(*) FROM main.parties JOIN (SELECT 1 AS {c}) USING ({c})")]
    [InlineData("SELECT name FROM parties INDEXED BY \"{i}\"")]
    [InlineData("SELECT name FROM main.parties INDEXED BY \"{i}\"")]
    [InlineData("SELECT * FROM {t}")]
    [InlineData("SELECT * FROM main.{t}")]
    [InlineData("SELECT count(*) FROM {t}")]
    [InlineData("SELECT zzz FROM {t}")]
    [InlineData("SELECT zzz FROM \"{t}\" AS x WHERE nothing = 1")]
    [InlineData("SELECT net_pay FROM {t}")]
    [InlineData("SELECT {t}.net_pay FROM parties")]
    [InlineData("SELECT count(*) FROM vouchers v JOIN {t} USING (net_pay)")]
    [InlineData("SELECT count(*) FROM vouchers v JOIN {t} USING (zzz)")]
    [InlineData("SELECT * FROM {t}(1)")]
    [InlineData("SELECT nosuchfunction(net_pay) FROM {t}")]
    [InlineData("SELECT sum(sum(net_pay)) FROM {t}")]
    [InlineData("SELECT * FROM {t} INDEXED BY zzz")]
    [InlineData("SELECT * FROM vouchers WHERE id IN (SELECT zzz FROM {t})")]
    [InlineData("WITH x AS (SELECT zzz FROM {t}) SELECT * FROM x")]
    [InlineData("SELECT * FROM {t}_fts")]
    [InlineData("SELECT zzz FROM {t}_fts WHERE {t}_fts MATCH 'x'")]
    [InlineData("SELECT (1, 2) = (SELECT 1, 2, 3 FROM {t})")]
    [InlineData("SELECT * FROM parties UNION SELECT 1 FROM {t}")]
    public async Task WhatIsHiddenIsAnsweredLikeWhatIsUnknown(string sql)
    {
        var hidden = await OutcomeAsync(sql, "secret_pan", "salaries", "_ws_ref_parties.secret_pan");
        var unknown = await OutcomeAsync(sql, "zzzzzz_zzz", "zzzzzzzz", "_ws_ref_parties.zzzzzz_zzz");

        Assert.Equal(unknown, hidden);
    }

    /// <summary>Those who may see a table still learn what is wrong with their statement.</summary>
    [Theory]
    [InlineData("SELECT zzz FROM vouchers", "no such column: zzz")]
    [InlineData("SELECT zzz FROM vouchers_fts WHERE vouchers_fts MATCH 'rent'", "no such column: zzz")]
    [InlineData("SELECT id FROM vouchers JOIN parties USING (id) WHERE id = 1 AND name = zzz", "no such column: zzz")]
    [InlineData("SELECT nosuch(id) FROM vouchers", "no such function: nosuch")]
    [InlineData("SELECT randomblob(id) FROM vouchers", "The function randomblob is not available here.")]
    [InlineData("SELECT * FROM zzz", "no such table: zzz")]
    [InlineData("SELECT FROM vouchers", "near \"FROM\": syntax error")]
    [InlineData("SELECT name, narration FROM parties, vouchers WHERE id = 1", "ambiguous column name: id")]
    public async Task TheComplaintIsSqlites(string sql, string message) => Assert.Equal(message, await OutcomeAsync(sql, "", "", ""));

    private async Task<string> OutcomeAsync(string template, string column, string table, string index)
    {
        var sql = template.Replace("{c}", column, StringComparison.Ordinal).Replace("{t}", table, StringComparison.Ordinal).Replace("{i}", index, StringComparison.Ordinal);
        try
        {
            return (await loaded.Server.AskAsync(loaded.Id, sql, TestContext.Current.CancellationToken, HostileYard.Access)).Rows[0][0].ToString();
        }
        catch (ProblemException problem)
        {
            var message = table.Length == 0 ? problem.Message : problem.Message.Replace(table, "(table)", StringComparison.Ordinal).Replace(column, "(column)", StringComparison.Ordinal);
            return message;
        }
    }

    /// <summary>Nothing here changes them, so they are loaded once.</summary>
    public sealed class Books : IAsyncLifetime
    {
        internal TemporaryWorkspaces Server { get; } = new();

        internal WorkspaceId Id { get; private set; }

        public async ValueTask InitializeAsync() => Id = await HostileYard.LoadAsync(Server);

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
