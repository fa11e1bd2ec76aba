using Npgsql;
using WorkspaceServer.Agent.Sources;
using WorkspaceServer.Agent.Sources.Sql;
using WorkspaceServer.Protocol;
using Xunit;

namespace WorkspaceServer.Agent.Tests.Sources;

/// <summary>A real PostgreSQL gives its values without losing a digit, and nothing can be written to it.</summary>
public sealed class PostgresSourceTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    [Fact]
    [Trait("claim", "E10")]
    public async Task ValuesOfEveryTypeArriveAsTheyAre()
    {
        Assert.SkipUnless(server.Missing is null, server.Missing ?? "");
        await RunAsync("""
            CREATE TABLE bills (id bigint, part int, code text, amount numeric(14,2), long_number numeric, day date, at timestamptz, wall timestamp, is_paid boolean, raw bytea, ratio double precision, PRIMARY KEY (part, id));
            INSERT INTO bills VALUES
                (9223372036854775807, 1, '007', 123456789012.34, 12345678901234567890123456789012345.678901, '2024-02-29', '2024-02-29 10:00:00.123456+05:30', '2024-02-29 10:00', true, '\x00ff', 0.1),
                (1, 2, E'é\n', -0.05, NULL, 'infinity', NULL, NULL, false, NULL, NULL);
            CREATE SCHEMA IF NOT EXISTS "Other Books"; CREATE TABLE "Other Books"."odd "" name" (a int); INSERT INTO "Other Books"."odd "" name" VALUES (5);
            """);
        var source = new SqlSource(new PostgresDialect(), server.Connection);

        var tables = await source.ListAsync(CancellationToken.None);
        var (columns, rows) = await ReadAll.OfAsync(source, "bills");

        // The other tests' tables may be there already.
        Assert.Equal(["Other Books.odd \" name", "bills"], tables.Select(table => table.Name).Where(name => name is not ("counted" or "pay")));
        Assert.Equal(["part", "id"], tables[1].Key);
        Assert.Equal(
            [SyncType.Integer, SyncType.Integer, SyncType.Text, SyncType.Decimal, SyncType.Decimal, SyncType.Date, SyncType.DateTime, SyncType.DateTime, SyncType.Boolean, SyncType.Text, SyncType.Decimal],
            columns.Select(column => column.Type));
        Assert.Equal(
            ["9223372036854775807", "1", "007", "123456789012.34", "12345678901234567890123456789012345.678901", "2024-02-29", "2024-02-29 04:30:00.123456+00:00", "2024-02-29 10:00:00", "true", "\\x00ff", "0.1"],
            rows[0]);
        Assert.Equal(["1", "2", "é\n", "-0.05", null, "infinity", null, null, "false", null, null], rows[1]);
        Assert.True(TypeGuess.Fits(rows[0][6], SyncType.DateTime));
        Assert.Equal(["5"], Assert.Single((await ReadAll.OfAsync(source, "Other Books.odd \" name")).Rows));
    }

    [Fact]
    public async Task TheConnectionCannotWrite_AndReadsOneState()
    {
        Assert.SkipUnless(server.Missing is null, server.Missing ?? "");
        await RunAsync("CREATE TABLE counted (a int); INSERT INTO counted SELECT generate_series(1, 20000)");
        var source = new SqlSource(new PostgresDialect(), server.Connection);

        await using var rows = await source.OpenAsync("counted", CancellationToken.None);
        Assert.True(await rows.ReadAsync(CancellationToken.None));
        await RunAsync("DELETE FROM counted");
        var count = 1;
        while (await rows.ReadAsync(CancellationToken.None))
        {
            count++;
        }

        Assert.Equal(20_000, count);
        await using var connection = new PostgresDialect().Connect(server.Connection);
        await connection.OpenAsync(CancellationToken.None);
        await using var command = connection.CreateCommand();
        command.CommandText = "DELETE FROM counted";
        Assert.Contains("read-only", (await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync(CancellationToken.None))).Message, StringComparison.Ordinal);
    }

    /// <summary>The codes are promises: whoever runs many agents sorts by them.</summary>
    [Fact]
    public async Task WhatKeepsItFromBeingReadHasACode_AndNoPasswordInItsWords()
    {
        Assert.SkipUnless(server.Missing is null, server.Missing ?? "");
        await RunAsync("""
            CREATE ROLE locked LOGIN PASSWORD 'right'; CREATE ROLE poor LOGIN; CREATE TABLE pay (a text); GRANT SELECT ON pay TO locked;
            INSERT INTO pay SELECT repeat('x', 1000) FROM generate_series(1, 15000);
            """);
        SqlSource As(string change) => new(new PostgresDialect(), $"{server.Connection};{change}");
        Assert.Equal("pay", Assert.Single(await As("Username=locked;Password=right").ListAsync(CancellationToken.None), table => table.Name == "pay").Name);
        foreach (var (change, table, code, says) in ((string, string, string, string)[])
        [
            ("Username=locked;Password=SECRET", "pay", "source_login", "password authentication failed"),
            ("Username=nobody", "pay", "source_login", "does not exist"),
            ("Database=nothing", "pay", "source_no_database", "\"nothing\" does not exist"),
            ("Username=reader", "gone", "source_no_table", "no table 'gone'"),
            ("Username=poor", "pay", "source_denied", "GRANT SELECT"),
            ("Port=1;Timeout=2", "pay", "source_unreachable", "not reached"),
        ])
        {
            var error = await Assert.ThrowsAsync<SourceException>(() => As(change).OpenAsync(table, CancellationToken.None));
            Assert.Equal((code, true), (error.Problem.Code, error.Message.Contains(says, StringComparison.Ordinal)));
            Assert.DoesNotContain("SECRET", error.ToString(), StringComparison.Ordinal);
        }

        await using var rows = await As("Username=locked;Password=right").OpenAsync("pay", CancellationToken.None);
        Assert.True(await rows.ReadAsync(CancellationToken.None));
        await RunAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'locked'");
        Assert.Equal("source_lost", (await Assert.ThrowsAsync<SourceException>(() => ReadAll.OfAsync(rows))).Problem.Code);
    }

    [Fact]
    public async Task ABadConnectionIsSaid_WithoutItsPassword()
    {
        var source = new SqlSource(new PostgresDialect(), "Host=127.0.0.1;Port=1;Username=reader;Password=SECRET;Timeout=2");

        var error = await Assert.ThrowsAsync<SourceException>(() => source.ListAsync(CancellationToken.None));

        Assert.DoesNotContain("SECRET", error.ToString(), StringComparison.Ordinal);
        Assert.Throws<SourceException>(() => new PostgresDialect().Connect("Nonsense=1"));
    }

    private async Task RunAsync(string statement)
    {
        await using var connection = new NpgsqlConnection(server.Connection + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = statement;
        await command.ExecuteNonQueryAsync();
    }
}
