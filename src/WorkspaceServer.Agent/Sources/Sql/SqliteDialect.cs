using System.Data.Common;
using Microsoft.Data.Sqlite;
using WorkspaceServer.Protocol;

namespace WorkspaceServer.Agent.Sources.Sql;

/// <summary>SQLite files. Values have their own types there (sqlite.org/datatype3.html): what a column is declared as is only where to begin.</summary>
internal sealed class SqliteDialect : SqlDialect
{
    public override string DefaultSchema => "";

    public override string ListTables => "SELECT '', name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name";

    public override string ListColumns => "SELECT name, type FROM pragma_table_info(@table) WHERE @schema = '' ORDER BY cid";

    public override string ListKey => "SELECT name FROM pragma_table_info(@table) WHERE pk > 0 AND @schema = '' ORDER BY pk";

    /// <param name="connectionString">The path of the file.</param>
    public override DbConnection Connect(string connectionString) => File.Exists(connectionString)
        ? LocalDatabase.Open(connectionString, SqliteOpenMode.ReadOnly)
        : throw new SourceException($"There is no file {connectionString}.");

    public override async Task<DbTransaction> BeginReadOnlyAsync(DbConnection connection, CancellationToken cancel) =>
        await ((SqliteConnection)connection).BeginTransactionAsync(cancel);

    public override DatabaseTrouble Recognize(DbException error) => DatabaseTrouble.Other;

    public override string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    // SQLite writes doubles with 15 significant digits, which is what a decimal had before it became one; a blob becomes hexadecimal digits.
    public override string AsText(SqlColumn column) =>
        $"CASE typeof({Quote(column.Name)}) WHEN 'blob' THEN lower(hex({Quote(column.Name)})) ELSE {Quote(column.Name)} END";

    public override SyncType? TypeOf(SqlColumn column) => column.DataType switch
    {
        var type when type.Contains("int", StringComparison.Ordinal) => SyncType.Integer,
        var type when type.Contains("char", StringComparison.Ordinal) || type.Contains("text", StringComparison.Ordinal) || type.Contains("clob", StringComparison.Ordinal) => SyncType.Text,
        _ => null,
    };

    // A whole number in a column of doubles is written 12.0.
    public override string Canonical(string text, SqlColumn column) =>
        text.EndsWith(".0", StringComparison.Ordinal) && TypeOf(column) != SyncType.Text ? text[..^2] : text;
}
