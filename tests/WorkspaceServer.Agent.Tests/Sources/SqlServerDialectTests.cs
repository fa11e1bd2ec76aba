using System.Data;
using Microsoft.SqlServer.TransactSql.ScriptDom;
using WorkspaceServer.Agent.Sources;
using WorkspaceServer.Agent.Sources.Sql;
using WorkspaceServer.Protocol;
using Xunit;
using IsolationLevel = System.Data.IsolationLevel;

namespace WorkspaceServer.Agent.Tests.Sources;

/// <summary>SQL Server's own parser says whether the statements are Transact-SQL; what the driver makes of them, <see cref="SqlServerSourceTests"/> shows.</summary>
public sealed class SqlServerDialectTests
{
    private static readonly SqlServerDialect Dialect = new();

    private static readonly string[] Types =
    [
        "bigint", "int", "smallint", "tinyint", "bit", "decimal", "numeric", "money", "smallmoney", "float", "real", "date", "time", "datetime", "datetime2", "datetimeoffset",
        "smalldatetime", "char", "varchar", "text", "nchar", "nvarchar", "ntext", "binary", "varbinary", "image", "timestamp", "uniqueidentifier", "sql_variant", "xml", "clr",
    ];

    [Fact]
    public void EveryStatementIsASelect_AsSqlServer2016ReadsIt()
    {
        var columns = string.Join(", ", Types.Select(type => Dialect.AsText(new SqlColumn($"odd ]{type}'\" name", type))));
        foreach (var statement in new[] { Dialect.ListTables, Dialect.ListColumns, Dialect.ListKey, SqlServerDialect.AskIsolation, $"SELECT {columns} FROM {Dialect.Quote("a.b")}.{Dialect.Quote("t]; DROP TABLE x; --")}" })
        {
            var select = Assert.IsType<SelectStatement>(Parse(statement));
            Assert.Null(select.Into);
        }
    }

    [Fact]
    public void ANameStaysOneName()
    {
        const string Name = "x]; DELETE FROM parties; --";

        var select = (SelectStatement)Parse($"SELECT {Dialect.Quote(Name)} FROM {Dialect.Quote(Name)}");

        var query = (QuerySpecification)select.QueryExpression;
        var column = (ColumnReferenceExpression)((SelectScalarExpression)query.SelectElements.Single()).Expression;
        Assert.Equal(Name, column.MultiPartIdentifier.Identifiers.Single().Value);
        Assert.Equal(Name, ((NamedTableReference)query.FromClause.TableReferences.Single()).SchemaObject.BaseIdentifier.Value);
    }

    [Theory]
    [InlineData("bigint", SyncType.Integer)]
    [InlineData("money", SyncType.Decimal)]
    [InlineData("float", SyncType.Decimal)]
    [InlineData("bit", SyncType.Boolean)]
    [InlineData("date", SyncType.Date)]
    [InlineData("datetimeoffset", SyncType.DateTime)]
    [InlineData("time", SyncType.Text)]
    [InlineData("timestamp", SyncType.Text)] // no time, but a number of the row's version
    [InlineData("clr", SyncType.Text)]
    public void TypesAreThoseOfTheProtocol(string type, SyncType expected) => Assert.Equal(expected, Dialect.TypeOf(new SqlColumn("c", type)));

    /// <summary>What the driver gives for each kind of conversion, through ADO.NET's own reader.</summary>
    [Fact]
    public void BinaryFractionsAreTheShortestDigitsThatMeanThem_TextStaysText()
    {
        using var table = new DataTable();
        object[] row = [0.1, 0.1f, 16777215f, 1e10f, -0.0, 123456789012.34, "12.3400", "a\0b"];
        foreach (var (index, value) in row.Index())
        {
            table.Columns.Add($"c{index}", value.GetType());
        }

        table.Rows.Add(row);
        using var reader = table.CreateDataReader();
        Assert.True(reader.Read());

        Assert.Equal(
            ["0.1", "0.1", "16777215", "10000000000", "0", "123456789012.34", "12.3400", "a\0b"],
            row.Select((_, index) => Dialect.Read(reader, index, new SqlColumn($"c{index}", "float"))));
    }

    [Theory]
    [InlineData(1, 0, IsolationLevel.Snapshot)]
    [InlineData(1, 1, IsolationLevel.Snapshot)]
    [InlineData(0, 1, IsolationLevel.ReadCommitted)]
    [InlineData(3, 1, IsolationLevel.ReadCommitted)] // on its way to be allowed
    public void OneStateIsRead_WithoutHoldingAnybodyUp(int snapshot, int readCommitted, IsolationLevel expected) =>
        Assert.Equal(expected, SqlServerDialect.Isolation(snapshot, readCommitted));

    [Fact]
    public void WhereNoStateCanBeRead_ItSaysWhatToAllow() =>
        Assert.Contains("ALLOW_SNAPSHOT_ISOLATION ON", Assert.Throws<SourceException>(() => SqlServerDialect.Isolation(0, 0)).Message, StringComparison.Ordinal);

    private static TSqlStatement Parse(string statement)
    {
        var script = (TSqlScript)new TSql130Parser(initialQuotedIdentifiers: true).Parse(new StringReader(statement), out var errors);
        Assert.Empty(errors.Select(error => $"{error.Line}:{error.Column} {error.Message}"));
        return Assert.Single(Assert.Single(script.Batches).Statements);
    }
}
