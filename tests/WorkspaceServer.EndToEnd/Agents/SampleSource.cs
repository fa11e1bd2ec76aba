using System.Data.Common;
using System.Data.SqlTypes;
using System.Globalization;
using Microsoft.Data.Sqlite;
using MySqlConnector;
using Npgsql;
using WorkspaceServer.Agent.Tests.Sources;
using WorkspaceServer.Agent.Tests.Sources.SqlServer;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.EndToEnd.Agents;

/// <summary>A place on the customer's computer that tables are kept in.</summary>
internal abstract class SampleSource
{
    /// <summary>What comes after `source add`.</summary>
    public abstract string[] Arguments { get; }

    /// <summary>Makes the table anew with these rows.</summary>
    public abstract Task WriteAsync(TableSchema schema, IReadOnlyList<SqlValue[]> rows);
}

/// <summary>A folder with an Excel file for each table.</summary>
internal sealed class ExcelFolder(string folder) : SampleSource
{
    public override string[] Arguments => ["files", folder];

    public override Task WriteAsync(TableSchema schema, IReadOnlyList<SqlValue[]> rows)
    {
        Directory.CreateDirectory(folder);
        var header = XlsxFile.Row(1, [.. schema.Columns.Select((column, index) => XlsxFile.Text(At(index, 1), column.Name))]);
        var lines = rows.Select((row, at) => XlsxFile.Row(at + 2, [.. row.Select((cell, index) => Cell(At(index, at + 2), cell, schema.Columns[index].Type)).Where(xml => xml.Length > 0)]));
        XlsxFile.Write(Path.Combine(folder, schema.Name + ".xlsx"), since1904: false, (schema.Name, lines.Prepend(header)));
        return Task.CompletedTask;
    }

    private static string Cell(string at, SqlValue cell, ColumnType type) => cell.Type switch
    {
        SqlType.Integer => XlsxFile.Number(at, cell.ToString()),
        SqlType.Real => XlsxFile.Number(at, cell.ToString()),
        // Excel counts days; 1 January 1900 is day 1, and since it takes 1900 for a leap year, later days are counted from 30 December 1899.
        SqlType.Text when type == ColumnType.Date => XlsxFile.Number(
            at, (DateOnly.ParseExact(cell.AsText(), "yyyy-MM-dd", CultureInfo.InvariantCulture).DayNumber - new DateOnly(1899, 12, 30).DayNumber).ToString(CultureInfo.InvariantCulture), XlsxFile.Date),
        SqlType.Text => XlsxFile.Text(at, cell.AsText()),
        _ => "",
    };

    private static string At(int column, int row) => string.Create(CultureInfo.InvariantCulture, $"{(char)('A' + column)}{row}");
}

/// <summary>A database; its tables have keys, and its numbers are exact where it has such numbers.</summary>
internal abstract class SampleDatabase(string kind, TemporaryFolder folder, string? connection) : SampleSource
{
    private const int RowsPerStatement = 500;

    public override string[] Arguments
    {
        get
        {
            if (connection is null)
            {
                return [kind, folder.File("books.db")];
            }

            File.WriteAllText(folder.File("connection.txt"), connection);
            return [kind, "--connection-file", folder.File("connection.txt")];
        }
    }

    public override async Task WriteAsync(TableSchema schema, IReadOnlyList<SqlValue[]> rows)
    {
        await using var open = Connect();
        await open.OpenAsync();
        await RunAsync(open, Setup);
        await RunAsync(open, $"DROP TABLE IF EXISTS \"{schema.Name}\"");
        var columns = schema.Columns.Select(column => $"\"{column.Name}\" {Storage(column.Type, isKey: column.Name == schema.KeyColumn)}");
        await RunAsync(open, $"CREATE TABLE \"{schema.Name}\" ({string.Join(", ", columns)}, PRIMARY KEY (\"{schema.KeyColumn}\"))");
        foreach (var part in rows.Chunk(RowsPerStatement))
        {
            await RunAsync(open, $"INSERT INTO \"{schema.Name}\" VALUES {string.Join(", ", part.Select(row => $"({string.Join(", ", row.Select(Literal))})"))}");
        }
    }

    /// <summary>Makes "x" a name and a backslash a character.</summary>
    protected abstract string Setup { get; }

    protected abstract DbConnection Connect();

    protected abstract string Storage(ColumnType type, bool isKey);

    private static string Literal(SqlValue value) => value.Type == SqlType.Text ? $"'{value.AsText().Replace("'", "''", StringComparison.Ordinal)}'" : value.ToString();

    private static async Task RunAsync(DbConnection open, string statement)
    {
        await using var command = open.CreateCommand();
        command.CommandText = statement;
        await command.ExecuteNonQueryAsync();
    }
}

internal sealed class SampleSqlite(TemporaryFolder folder) : SampleDatabase("sqlite", folder, connection: null)
{
    private readonly string path = folder.File("books.db");

    protected override string Setup => "PRAGMA synchronous = OFF";

    protected override DbConnection Connect()
    {
        // Without a key SQLCipher writes a plain SQLite file (zetetic.net/sqlcipher/sqlcipher-api).
        Vault.Databases.SqlCipher.Initialize();
#pragma warning disable RS0030 // It is a customer's file, which the Vault has no part in.
        return new SqliteConnection($"Data Source={path};Pooling=False");
#pragma warning restore RS0030
    }

    protected override string Storage(ColumnType type, bool isKey) => type switch
    {
        ColumnType.Integer => "INTEGER",
        ColumnType.Decimal => "DECIMAL(15,2)",
        ColumnType.Date => "DATE",
        _ => "TEXT",
    };
}

internal sealed class SamplePostgres(TemporaryFolder folder, string connection) : SampleDatabase("postgres", folder, connection)
{
    private readonly string text = connection;

    protected override string Setup => "SET standard_conforming_strings = on";

    protected override DbConnection Connect() => new NpgsqlConnection(text + ";Pooling=false");

    protected override string Storage(ColumnType type, bool isKey) => type switch
    {
        ColumnType.Integer => "bigint",
        ColumnType.Decimal => "numeric(15,2)",
        ColumnType.Date => "date",
        _ => "text",
    };
}

internal sealed class SampleMySql(TemporaryFolder folder, string connection) : SampleDatabase("mysql", folder, connection)
{
    private readonly string text = connection;

    protected override string Setup => "SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,STRICT_ALL_TABLES'";

    protected override DbConnection Connect() => new MySqlConnection(text + ";Pooling=false");

    protected override string Storage(ColumnType type, bool isKey) => type switch
    {
        ColumnType.Integer => "bigint",
        ColumnType.Decimal => "decimal(15,2)",
        ColumnType.Date => "date",
        _ => isKey ? "varchar(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin" : "longtext CHARACTER SET utf8mb4",
    };
}

/// <summary>Tables as SQL Server keeps them, at the peer that stands where it would.</summary>
internal sealed class SampleSqlServer(TemporaryFolder folder, SqlServerPeer peer) : SampleSource
{
    private const int Places = 2;

    public override string[] Arguments
    {
        get
        {
            File.WriteAllText(folder.File("connection.txt"), peer.Connection);
            return ["sqlserver", "--connection-file", folder.File("connection.txt")];
        }
    }

    public override Task WriteAsync(TableSchema schema, IReadOnlyList<SqlValue[]> rows)
    {
        var columns = schema.Columns.Select(column => new SqlServerColumn(column.Name, Storage(column.Type))).ToList();
        peer.Database = peer.Database.With(new SqlServerTable("dbo", schema.Name, columns, [schema.KeyColumn!], [.. rows.Select(row => row.Select((cell, index) => Value(cell, columns[index].Type)).ToArray())]));
        return Task.CompletedTask;
    }

    private static SqlServerType Storage(ColumnType type) => type switch
    {
        ColumnType.Integer => new("bigint"),
        ColumnType.Decimal => new("decimal", Scale: Places),
        ColumnType.Date => new("date"),
        _ => SqlServerType.Text(SqlServerType.Max),
    };

    private static object? Value(SqlValue cell, SqlServerType type) => type.Name switch
    {
        _ when cell.IsNull => null,
        "bigint" => cell.AsInteger(),
        "decimal" => SqlDecimal.Parse(cell.ToString()),
        "date" => DateOnly.ParseExact(cell.AsText(), "yyyy-MM-dd", CultureInfo.InvariantCulture),
        _ => cell.AsText(),
    };
}
