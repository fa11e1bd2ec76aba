using WorkspaceServer.Agent.Tests.Sources.SqlServer;
using Xunit;

namespace WorkspaceServer.Agent.Tests.Sources;

/// <summary>The bytes of <see cref="SqlServerPeer"/> are those of [MS-TDS] where its examples show them; the driver, which is Microsoft's, reads the rest of them.</summary>
public sealed class TdsTests
{
    /// <summary>[MS-TDS] 4.1.</summary>
    [Fact]
    public async Task APreLoginIsReadAsTheStandardShowsIt()
    {
        using var stream = new MemoryStream(Convert.FromHexString(
            "1201002F00000100" + "00001A0006" + "0100200001" + "0200210001" + "0300220004" + "0400260001" + "FF" + "090000000000" + "01" + "00" + "B80D0000" + "01"));

        var message = await TdsMessage.ReadAsync(stream, CancellationToken.None);

        Assert.Equal(TdsPacketType.PreLogin, message!.Type);
        var login = TdsPreLogin.Read(message.Body);
        Assert.Equal((TdsEncryption.On, true, "9.0"), (login.Encryption, login.WantsMars, login.ClientVersion));
    }

    /// <summary>[MS-TDS] 4.7: what a server answers to SELECT 'foo' as 'bar'.</summary>
    [Fact]
    public async Task AnAnswerIsWrittenAsTheStandardShowsIt()
    {
        SqlServerColumn[] columns = [new("bar", new SqlServerType("varchar", 3))];
        using var stream = new MemoryStream();

        using var tokens = new TdsTokens();
        tokens.Columns(columns, TdsTokens.Computed).Row(columns, ["foo"]).Done(TdsTokens.DoneCount, TdsTokens.SelectCommand, 1);
        await new TdsSender(stream, packetBytes: 4096).SendAsync(tokens.Take(), isLast: true, CancellationToken.None);

        Assert.Equal(
            "0401003300000100" + "810100" + "00000000" + "2000" + "A70300" + "0904D00034" + "03" + "620061007200" + "D10300666F6F" + "FD1000C1000100000000000000",
            Convert.ToHexString(stream.ToArray()));
    }

    [Theory]
    [InlineData("SELECT * FROM counted", 50000)]
    [InlineData("SELECT [b] FROM counted", 207)]
    [InlineData("SELECT [a] FROM nothing", 208)]
    [InlineData("SELECT [a] FROM counted WITH (NOLOCK)", 50000)]
    [InlineData("SELECT TOP 1 [a] FROM counted", 50000)]
    [InlineData("SELECT DISTINCT [a] FROM counted", 50000)]
    [InlineData("SELECT UPPER([a]) FROM counted", 195)]
    [InlineData("SELECT CONVERT(nvarchar(3), [a]) FROM counted; SELECT 1", 50000)]
    [InlineData("SELECT FROM counted", 102)]
    [InlineData("EXEC sp_who", 229)]
    [InlineData("SELECT [a] INTO other FROM counted", 229)]
    [InlineData("UPDATE counted SET a = 1", 229)]
    [InlineData("DROP TABLE counted", 229)]
    public void WhatThePeerHasNotLearnedIsAnError(string statement, int number)
    {
        var counted = new SqlServerTable("dbo", "counted", [new SqlServerColumn("a", new SqlServerType("int"))], [], [[1L]]);

        var error = Assert.Throws<SqlServerError>(() => TransactSql.Run(statement, new SqlServerDatabase("books", [counted]), new Dictionary<string, string?>()));

        Assert.Equal(number, error.Number);
    }
}
