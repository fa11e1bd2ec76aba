using MySqlConnector;
using WorkspaceServer.Agent.Sources;
using WorkspaceServer.Agent.Sources.Sql;
using WorkspaceServer.Protocol;
using Xunit;

namespace WorkspaceServer.Agent.Tests.Sources;

/// <summary>A real MariaDB gives its values without losing a digit, and nothing can be written to it.</summary>
public sealed class MySqlSourceTests(MariaDbServer server) : IClassFixture<MariaDbServer>
{
    [Fact]
    [Trait("claim", "E10")]
    public async Task ValuesOfEveryTypeArriveAsTheyAre()
    {
        var (source, _) = await BooksAsync("""
            SET sql_mode = '', time_zone = '+05:30';
            CREATE TABLE bills (id bigint unsigned, part int, code varchar(20) CHARACTER SET utf8mb4, amount decimal(14,2), long_number decimal(65,30), day date, at timestamp(6) NULL, wall datetime(3),
                is_paid bool, raw varbinary(10), ratio double, small float, flags bit(3), old varchar(20) CHARACTER SET latin1, kind enum('sale','return'), born year, took time(2), place point, PRIMARY KEY (part, id));
            INSERT INTO bills VALUES
                (18446744073709551615, 1, '007', 123456789012.34, 12345678901234567890123456789012345.678901, '2024-02-29', '2024-02-29 10:00:00.123456', '2024-02-29 10:00:00.250', true, x'00ff', 0.1,
                    16777215, b'101', 'Müller', 'sale', 2024, '-10:30:00.25', ST_GeomFromText('POINT(1 2)')),
                (1, 2, concat('é', char(0 USING utf8mb4), '\n🧾'), -0.05, NULL, '0000-00-00', '0000-00-00 00:00:00', '0000-00-00 00:00:00', false, NULL, 1e300,
                    0.1, b'0', '', NULL, NULL, NULL, NULL);
            CREATE VIEW `odd ``view` AS SELECT 5 AS `a``b`;
            """);

        var tables = await source.ListAsync(CancellationToken.None);
        var (columns, rows) = await ReadAll.OfAsync(source, "bills");

        Assert.Equal(["bills", "odd `view"], tables.Select(table => table.Name));
        Assert.Equal(["part", "id"], tables[0].Key);
        Assert.Equal(
            [
                SyncType.Integer, SyncType.Integer, SyncType.Text, SyncType.Decimal, SyncType.Decimal, SyncType.Date, SyncType.DateTime, SyncType.DateTime,
                SyncType.Integer, SyncType.Text, SyncType.Decimal, SyncType.Decimal, SyncType.Integer, SyncType.Text, SyncType.Text, SyncType.Integer, SyncType.Text, SyncType.Text,
            ],
            columns.Select(column => column.Type));
        Assert.Equal(
            [
                "18446744073709551615", "1", "007", "123456789012.34", "12345678901234567890123456789012345.678901000000000000000000000000", "2024-02-29", "2024-02-29 04:30:00.123456+00:00", "2024-02-29 10:00:00.250",
                "1", "00ff", "0.1", "16777215", "5", "Müller", "sale", "2024", "-10:30:00.25", "POINT(1 2)",
            ],
            rows[0]);
        Assert.Equal(
            ["1", "2", "é\0\n🧾", "-0.05", null, "0000-00-00", "0000-00-00 00:00:00.000000", "0000-00-00 00:00:00.000", "0", null, "1E+300", "0.1", "0", "", null, null, null, null],
            rows[1]);
        Assert.True(TypeGuess.Fits(rows[0][6], SyncType.DateTime));
        Assert.Equal(["5"], Assert.Single((await ReadAll.OfAsync(source, "odd `view")).Rows));
    }

    [Fact]
    public async Task TheConnectionCannotWrite_AndReadsOneState()
    {
        var (source, connection) = await BooksAsync("CREATE TABLE counted (a int) ENGINE=InnoDB; INSERT INTO counted SELECT seq FROM seq_1_to_20000;");

        await using var rows = await source.OpenAsync("counted", CancellationToken.None);
        Assert.True(await rows.ReadAsync(CancellationToken.None));
        await MariaDbServer.RunAsync(connection, "DELETE FROM counted");
        var count = 1;
        while (await rows.ReadAsync(CancellationToken.None))
        {
            count++;
        }

        Assert.Equal(20_000, count);
        var dialect = new MySqlDialect();
        await using var reading = dialect.Connect(connection);
        await reading.OpenAsync(CancellationToken.None);
        await using var transaction = await dialect.BeginReadOnlyAsync(reading, CancellationToken.None);
        await using var command = reading.CreateCommand();
        (command.Transaction, command.CommandText) = (transaction, "DELETE FROM counted");
        Assert.Contains("READ ONLY", (await Assert.ThrowsAsync<MySqlException>(() => command.ExecuteNonQueryAsync(CancellationToken.None))).Message, StringComparison.Ordinal);
    }

    /// <summary>The codes are promises: whoever runs many agents sorts by them.</summary>
    [Fact]
    public async Task WhatKeepsItFromBeingReadHasACode_AndNoPasswordInItsWords()
    {
        var (_, connection) = await BooksAsync("CREATE TABLE pay (a varchar(1000), b int); INSERT INTO pay SELECT repeat('x', 1000), seq FROM seq_1_to_15000; CREATE TABLE other (a int);");
        var books = new MySqlConnectionStringBuilder(connection).Database;
        await MariaDbServer.RunAsync(connection, $"CREATE USER locked IDENTIFIED BY 'right'; GRANT SELECT ON {books}.pay TO locked; CREATE USER poor; GRANT SELECT (b) ON {books}.pay TO poor; CREATE USER nobody;");
        SqlSource As(string change) => new(new MySqlDialect(), $"{connection};{change}");
        Assert.Equal(["pay"], (await As("User ID=locked;Password=right").ListAsync(CancellationToken.None)).Select(table => table.Name));
        foreach (var (change, table, code, says) in ((string, string, string, string)[])
        [
            ("User ID=locked;Password=SECRET", "pay", "source_login", "Access denied for user 'locked'"),
            ("User ID=nobody", "pay", "source_no_database", "Access denied for user 'nobody'"),
            ("Database=nothing", "pay", "source_no_database", "Unknown database 'nothing'"),
            ("User ID=locked;Password=right", "gone", "source_no_table", "no table 'gone'"),
            ("User ID=locked;Password=right", "other", "source_no_table", "may not read it"),
            ("Port=1;Connection Timeout=2", "pay", "source_unreachable", "not reached"),
        ])
        {
            var error = await Assert.ThrowsAsync<SourceException>(() => As(change).OpenAsync(table, CancellationToken.None));
            Assert.Equal((code, ""), (error.Problem.Code, error.Message.Contains(says, StringComparison.Ordinal) ? "" : error.Message));
            Assert.DoesNotContain("SECRET", error.ToString(), StringComparison.Ordinal);
        }

        // Of a table that is only seen in part, that part is what there is. A view that lost its rights is seen whole.
        Assert.Equal(["b"], (await ReadAll.OfAsync(As("User ID=poor"), "pay")).Columns.Select(column => column.Header));
        await using var rows = await As("User ID=locked;Password=right").OpenAsync("pay", CancellationToken.None);
        Assert.True(await rows.ReadAsync(CancellationToken.None));
        await MariaDbServer.RunAsync(connection, "KILL USER locked");
        Assert.Equal("source_lost", (await Assert.ThrowsAsync<SourceException>(() => ReadAll.OfAsync(rows))).Problem.Code);
    }

    [Fact]
    public async Task ABadConnectionIsSaid_WithoutItsPassword()
    {
        var source = new SqlSource(new MySqlDialect(), "Server=127.0.0.1;Port=1;User ID=reader;Password=SECRET;Connection Timeout=2");

        var error = await Assert.ThrowsAsync<SourceException>(() => source.ListAsync(CancellationToken.None));

        Assert.DoesNotContain("SECRET", error.ToString(), StringComparison.Ordinal);
        Assert.Throws<SourceException>(() => new MySqlDialect().Connect("Nonsense=1"));
    }

    /// <summary>A database of its own with what the statements make.</summary>
    private async Task<(SqlSource Source, string Connection)> BooksAsync(string statements)
    {
        Assert.SkipUnless(server.Missing is null, server.Missing ?? "");
        var connection = await server.NewDatabaseAsync();
        await MariaDbServer.RunAsync(connection, statements);
        return (new SqlSource(new MySqlDialect(), connection), connection);
    }
}
