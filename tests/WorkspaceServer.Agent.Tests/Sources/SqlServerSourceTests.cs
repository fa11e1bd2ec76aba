using System.Data.SqlTypes;
using Microsoft.Data.SqlClient;
using WorkspaceServer.Agent.Sources;
using WorkspaceServer.Agent.Sources.Sql;
using WorkspaceServer.Agent.Tests.Sources.SqlServer;
using WorkspaceServer.Protocol;
using Xunit;

namespace WorkspaceServer.Agent.Tests.Sources;

/// <summary>The driver that is shipped, over TCP and TLS, reads what <see cref="SqlServerPeer"/> gives it; whatever goes wrong is said in words, with a code.</summary>
public sealed class SqlServerSourceTests
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(1);

    private static readonly SqlServerTable Counted = new("dbo", "counted", [Column("a", "int")], ["a"], [.. Enumerable.Range(1, 20_000).Select(number => new object?[] { (long)number })]);

    /// <summary>Of each type values at its ends, and NULL; what is expected is how Microsoft's "CAST and CONVERT" says that the style writes it.</summary>
    [Fact]
    [Trait("claim", "E10")]
    public async Task ValuesOfEveryTypeArriveAsTheyAre()
    {
        var late = new DateTime(9999, 12, 31, 23, 59, 59).AddTicks(9_999_999);
        (SqlServerType Type, object First, string AsFirst, object Second, string AsSecond, SyncType As)[] columns =
        [
            (new("bigint"), long.MaxValue, "9223372036854775807", long.MinValue, "-9223372036854775808", SyncType.Integer),
            (new("int"), 0L, "0", -1L, "-1", SyncType.Integer),
            (new("tinyint"), 255L, "255", 0L, "0", SyncType.Integer),
            (new("bit"), true, "true", false, "false", SyncType.Boolean),
            (new("decimal", Scale: 10), SqlDecimal.Parse("1234567890123456789012345678.0123456789"), "1234567890123456789012345678.0123456789", SqlDecimal.Parse("-0.05"), "-0.0500000000", SyncType.Decimal),
            (new("numeric", Scale: 2), SqlDecimal.Parse("0.10"), "0.10", SqlDecimal.Parse("-123456789012.34"), "-123456789012.34", SyncType.Decimal),
            // The greatest of all money, which no binary fraction holds.
            (new("money"), 922337203685477.5807m, "922337203685477.5807", -0.0001m, "-0.0001", SyncType.Decimal),
            (new("smallmoney"), 214748.3647m, "214748.3647", 0m, "0.0000", SyncType.Decimal),
            (new("float"), 0.1, "0.1", 123456789012.34, "123456789012.34", SyncType.Decimal),
            (new("real"), 0.1f, "0.1", 16777215f, "16777215", SyncType.Decimal),
            (new("date"), new DateOnly(2024, 2, 29), "2024-02-29", DateOnly.MinValue, "0001-01-01", SyncType.Date),
            (new("time", Scale: 7), new TimeOnly(late.TimeOfDay.Ticks), "23:59:59.9999999", TimeOnly.MinValue, "00:00:00.0000000", SyncType.Text),
            (new("datetime"), new DateTime(1753, 1, 1, 0, 0, 0, 3), "1753-01-01T00:00:00.003", new DateTime(2024, 2, 29), "2024-02-29T00:00:00", SyncType.DateTime),
            (new("smalldatetime"), new DateTime(2079, 6, 6, 23, 59, 0), "2079-06-06T23:59:00", new DateTime(1900, 1, 1), "1900-01-01T00:00:00", SyncType.DateTime),
            (new("datetime2", Scale: 7), late, "9999-12-31T23:59:59.9999999", DateTime.MinValue, "0001-01-01T00:00:00", SyncType.DateTime),
            (new("datetimeoffset", Scale: 7), new DateTimeOffset(2024, 2, 29, 10, 0, 0, TimeSpan.FromMinutes(330)).AddTicks(1), "2024-02-29T10:00:00.0000001+05:30",
                new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.Zero), "2024-01-01T00:00:00+00:00", SyncType.DateTime),
            (new("uniqueidentifier"), new Guid("6F9619FF-8B86-D011-B42D-00C04FC964FF"), "6f9619ff-8b86-d011-b42d-00c04fc964ff", Guid.Empty, "00000000-0000-0000-0000-000000000000", SyncType.Text),
            (new("nvarchar", SqlServerType.Max), "é\0\r\n🧾 ", "é\0\r\n🧾 ", "", "", SyncType.Text),
            (new("nvarchar", SqlServerType.Max), new string('ह', 1 << 19), new string('ह', 1 << 19), "x", "x", SyncType.Text),
            (new("varchar", 20), "Müller", "Müller", "007", "007", SyncType.Text),
            (new("nchar", 5), "ab", "ab", " c", " c", SyncType.Text),
            (new("varbinary", 10), new byte[] { 0x00, 0xFF, 0x0A }, "00ff0a", Array.Empty<byte>(), "", SyncType.Text),
            (new("timestamp"), new byte[] { 0, 0, 0, 0, 0, 0, 7, 0xD1 }, "00000000000007d1", new byte[8], "0000000000000000", SyncType.Text),
            (new("sql_variant"), 5L, "5", "five", "five", SyncType.Text),
            (new("xml"), "<a>é</a>", "<a>é</a>", "", "", SyncType.Text),
            (new(SqlServerType.Clr), "POINT (1 2)", "POINT (1 2)", "/1/", "/1/", SyncType.Text),
        ];
        var named = columns.Select((column, index) => new SqlServerColumn($"{column.Type.Name} ]{index}", column.Type)).ToList();
        await using var peer = new SqlServerPeer(new SqlServerTable(
            "dbo", "odd ]table", named, [], [[.. columns.Select(column => column.First)], new object?[columns.Length], [.. columns.Select(column => column.Second)]]));

        var (read, rows) = await ReadAll.OfAsync(Source(peer), "odd ]table");

        Assert.Equal(columns.Select(column => (SyncType?)column.As), read.Select(column => column.Type));
        Assert.Equal(columns.Select(column => column.AsFirst), rows[0]);
        Assert.Equal(new string?[columns.Length], rows[1]);
        Assert.Equal(columns.Select(column => column.AsSecond), rows[2]);
        Assert.All(columns, column => Assert.True(TypeGuess.Fits(column.AsFirst, column.As) || column.As == SyncType.Decimal));
        Assert.Equal((true, true), peer.WasEncrypted);
    }

    [Fact]
    public async Task TablesAndViewsAreThoseThatMayBeRead_WithTheirKeys()
    {
        await using var peer = new SqlServerPeer(
            new SqlServerTable("sales", "Bills", [Column("Number", "int"), Column("Part", "int"), Column("x", "int")], ["Part", "Number"], []),
            new SqlServerTable("dbo", "pay", [Column("id", "int")], [], []) { MayBeRead = false },
            new SqlServerTable("dbo", "Totals", [Column("sum", "money")], [], []) { IsView = true });
        var source = Source(peer);

        var tables = await source.ListAsync(CancellationToken.None);

        Assert.Equal(["Totals", "sales.Bills"], tables.Select(table => table.Name));
        Assert.Equal([[], ["Part", "Number"]], tables.Select(table => table.Key));
        Assert.Equal(["Number", "Part", "x"], (await ReadAll.OfAsync(source, "sales.Bills")).Columns.Select(column => column.Header));
        var (denied, gone) = (await FailsAsync(source, "pay"), await FailsAsync(source, "gone"));
        Assert.Equal(("source_denied", "source_no_table"), (denied.Problem.Code, gone.Problem.Code));
        Assert.Contains("SELECT permission was denied", denied.Message, StringComparison.Ordinal);
        Assert.Contains("no table 'gone'", gone.Message, StringComparison.Ordinal);
    }

    /// <summary>What is promised: an intent to read only, one state in a transaction that is rolled back, and nothing but SELECTs.</summary>
    [Fact]
    public async Task OneStateIsRead_AndNothingIsWritten()
    {
        await using var peer = new SqlServerPeer(Counted);

        await using (var rows = await Source(peer).OpenAsync("counted", CancellationToken.None))
        {
            Assert.True(await rows.ReadAsync(CancellationToken.None));
            peer.Database = peer.Database.With(Counted with { Rows = [] });
            var count = 1;
            while (await rows.ReadAsync(CancellationToken.None))
            {
                count++;
            }

            Assert.Equal(20_000, count);
        }

        Assert.Equal(["begin snapshot", "roll back"], peer.Transactions);
        Assert.True(Assert.Single(peer.Logins) is { IsReadOnly: true, Application: "workspace-agent", Version: TdsLogin.Version74 });
        Assert.Empty(peer.Refused);
        // The peer would have noticed.
        await using var writing = new SqlServerDialect().Connect(peer.Connection);
        await writing.OpenAsync(CancellationToken.None);
        await using var command = writing.CreateCommand();
        command.CommandText = "DELETE FROM counted";
        Assert.Equal(229, (await Assert.ThrowsAsync<SqlException>(() => command.ExecuteNonQueryAsync(CancellationToken.None))).Number);
        Assert.Equal(["DELETE FROM counted"], peer.Refused);
    }

    [Fact]
    public async Task WhoStopsInTheMiddle_TellsTheServerToStop_AndRollsBack()
    {
        // Far more than the network keeps on its way.
        object?[] row = [new string('x', 4_000)];
        await using var peer = new SqlServerPeer(new SqlServerTable("dbo", "long", [new SqlServerColumn("a", SqlServerType.Text(4_000))], [], [.. Enumerable.Repeat(row, 20_000)]));

        await using (var rows = await Source(peer).OpenAsync("long", CancellationToken.None))
        {
            Assert.True(await rows.ReadAsync(CancellationToken.None));
        }

        Assert.Equal(1, peer.Attentions);
        Assert.Equal(["begin snapshot", "roll back"], peer.Transactions);
    }

    [Fact]
    public async Task WithoutSnapshots_CommittedVersionsAreRead_OrItSaysWhatToAllow()
    {
        await using var peer = new SqlServerPeer(Counted);
        peer.Database = peer.Database with { SnapshotState = 0, ReadsCommittedVersions = true };
        Assert.Equal(20_000, (await ReadAll.OfAsync(Source(peer), "counted")).Rows.Count);
        Assert.Equal(["begin 2", "roll back"], peer.Transactions);

        peer.Database = peer.Database with { ReadsCommittedVersions = false };
        Assert.Contains("ALLOW_SNAPSHOT_ISOLATION ON", (await FailsAsync(Source(peer), "counted")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("User ID=nobody", "source_login", "Login failed for user 'nobody'")]
    [InlineData("Password=wrong", "source_login", "Login failed for user 'reader'")]
    [InlineData("Database=nothing", "source_no_database", "Cannot open database \"nothing\"")]
    public async Task AWrongLoginIsSaid(string wrong, string code, string says)
    {
        await using var peer = new SqlServerPeer(Counted);

        var error = await FailsAsync(new SqlSource(new SqlServerDialect(), $"{peer.Connection};{wrong}"));

        Assert.Equal(code, error.Problem.Code);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        // Once: the driver would try again for ten seconds where its own list has the number.
        Assert.Single(peer.Logins);
        Assert.DoesNotContain(SqlServerPeer.Password, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AServerWithoutEncryptionIsRefused_BeforeThePasswordIsSent()
    {
        await using var peer = new SqlServerPeer(Counted) { CanEncrypt = false };

        Assert.Equal("source_not_encrypted", (await FailsAsync(Source(peer))).Problem.Code);
        Assert.Empty(peer.Logins);
    }

    [Fact]
    public async Task ACertificateThatNobodyVouchesForIsRefused_BeforeThePasswordIsSent()
    {
        await using var peer = new SqlServerPeer(Counted);

        var error = await FailsAsync(new SqlSource(new SqlServerDialect(), peer.Place));

        Assert.Equal("source_untrusted", error.Problem.Code);
        Assert.Contains("ServerCertificate=FILE", error.Message, StringComparison.Ordinal);
        Assert.Empty(peer.Logins);
    }

    [Theory]
    [InlineData("shop-pc", false)]
    [InlineData("tcp:10.0.0.5,1433", false)]
    [InlineData(@"np:\\shop-pc\pipe\sql\query", false)]
    [InlineData("localhost.example.in", false)]
    [InlineData(@".\SQLEXPRESS", true)]
    [InlineData("tcp:127.0.0.1,1433", true)]
    [InlineData("::1,1433", true)]
    [InlineData(@"(localdb)\MSSQLLocalDB", true)]
    public void PlainTextDoesNotLeaveThisComputer(string server, bool isAllowed)
    {
        var connection = $"Server={server};Database=books;User ID=reader;Password=SECRET";
        new SqlServerDialect().Connect(connection).Dispose();
        if (isAllowed)
        {
            new SqlServerDialect().Connect(connection + ";Encrypt=False").Dispose();
            return;
        }

        var error = Assert.Throws<SourceException>(() => new SqlServerDialect().Connect(connection + ";Encrypt=False"));
        Assert.Equal("source_not_encrypted", error.Problem.Code);
    }

    /// <summary>The login is encrypted even then ([MS-TDS] 2.2.6.5: ENCRYPT_OFF).</summary>
    [Fact]
    public async Task OnThisComputerRowsMayBePlain_TheLoginIsNot()
    {
        await using var peer = new SqlServerPeer(Counted);

        var source = new SqlSource(new SqlServerDialect(), peer.Place + ";Encrypt=False;TrustServerCertificate=True");

        Assert.Equal(20_000, (await ReadAll.OfAsync(source, "counted")).Rows.Count);
        Assert.Equal((true, false), peer.WasEncrypted);
    }

    [Fact]
    public async Task AServerThatIsNotThereIsSaid_WithoutThePassword()
    {
        var error = await FailsAsync(new SqlSource(new SqlServerDialect(), "Server=tcp:127.0.0.1,1;User ID=reader;Password=SECRET;Connect Timeout=2"));

        Assert.Equal("source_unreachable", error.Problem.Code);
        Assert.DoesNotContain("SECRET", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(777)]
    [InlineData(19_999)]
    public async Task AServerThatIsGoneInTheMiddleOfARowIsSaid(int after)
    {
        await using var peer = new SqlServerPeer(Counted) { Trouble = (PeerFault.Gone, after) };

        var error = await FailsAsync(Source(peer), "counted");

        Assert.Equal(("source_lost", ExitCodes.RetryLater), (error.Problem.Code, error.Problem.ExitCode));
    }

    [Fact]
    public async Task AServerThatFallsSilentIsToldToStop()
    {
        await using var peer = new SqlServerPeer(Counted) { Trouble = (PeerFault.Silent, 500) };

        var error = await FailsAsync(new SqlSource(new SqlServerDialect(), peer.Connection, Short), "counted");

        Assert.Equal("source_timeout", error.Problem.Code);
        Assert.Equal(1, peer.Attentions);
    }

    [Fact]
    public async Task AnErrorAmongTheRowsIsSaid_WithoutTheValue()
    {
        await using var peer = new SqlServerPeer(Counted) { Trouble = (PeerFault.Broken, 500) };

        var error = await FailsAsync(Source(peer), "counted");

        Assert.Equal("source", error.Problem.Code);
        Assert.Contains("Conversion failed when converting", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(SqlServerPeer.Cell, error.Message, StringComparison.Ordinal);
    }

    private static SqlServerColumn Column(string name, string type) => new(name, new SqlServerType(type));

    private static SqlSource Source(SqlServerPeer peer) => new(new SqlServerDialect(), peer.Connection);

    /// <summary>Lists the tables, or reads one of them, in vain.</summary>
    private static Task<SourceException> FailsAsync(SqlSource source, string? table = null) =>
        Assert.ThrowsAsync<SourceException>(() => table is null ? source.ListAsync(CancellationToken.None) : ReadAll.OfAsync(source, table));
}
