using System.Data.Common;
using MySqlConnector;
using WorkspaceServer.Protocol;

namespace WorkspaceServer.Agent.Sources.Sql;

/// <summary>MySQL and MariaDB, in a transaction that is a consistent snapshot and READ ONLY, with moments in UTC.</summary>
internal sealed class MySqlDialect : SqlDialect
{
    // A connection names one database; its tables need no other name.
    public override string DefaultSchema => "";

    public override string ListTables => "SELECT '', table_name FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY table_name";

    public override string ListColumns => """
        SELECT column_name, data_type FROM information_schema.columns
        WHERE table_schema = DATABASE() AND table_name = @table AND @schema = '' ORDER BY ordinal_position
        """;

    public override string ListKey => """
        SELECT column_name FROM information_schema.key_column_usage
        WHERE table_schema = DATABASE() AND table_name = @table AND constraint_name = 'PRIMARY' AND @schema = '' ORDER BY ordinal_position
        """;

    public override DbConnection Connect(string connectionString)
    {
        try
        {
            // Asked for as text, dates that are none (0000-00-00) arrive as they are.
            return new MySqlConnection(new MySqlConnectionStringBuilder(connectionString) { Pooling = false, ApplicationName = "workspace-agent" }.ToString());
        }
        catch (ArgumentException error)
        {
            throw new SourceException("The connection is not written as MySQL's driver reads it, such as: Server=localhost;Database=books;User ID=reader;Password=…", error);
        }
    }

    public override async Task<DbTransaction> BeginReadOnlyAsync(DbConnection connection, CancellationToken cancel)
    {
        // A timestamp is written in the session's zone; in the server's own, an hour of each autumn would be there twice.
        await using (var command = connection.CreateCommand())
        {
            command.CommandText = "SET SESSION time_zone = '+00:00'";
            await command.ExecuteNonQueryAsync(cancel);
        }

        return await ((MySqlConnection)connection).BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, isReadOnly: true, cancel);
    }

    public override string HowToTrust => "Name the certificate that signed it in the connection, with SslCa=FILE.";

    public override DatabaseTrouble Recognize(DbException error) => error switch
    {
        MySqlException { ErrorCode: MySqlErrorCode.AccessDenied } => DatabaseTrouble.Login,
        MySqlException { ErrorCode: MySqlErrorCode.UnknownDatabase or MySqlErrorCode.DatabaseAccessDenied } => DatabaseTrouble.NoDatabase,
        MySqlException { ErrorCode: MySqlErrorCode.TableAccessDenied or MySqlErrorCode.ColumnAccessDenied } => DatabaseTrouble.Denied,
        MySqlException { ErrorCode: MySqlErrorCode.CommandTimeoutExpired or MySqlErrorCode.QueryInterrupted } => DatabaseTrouble.Timeout,
        { InnerException: System.Security.Authentication.AuthenticationException } => DatabaseTrouble.Untrusted,
        MySqlException { ErrorCode: MySqlErrorCode.UnableToConnectToHost or MySqlErrorCode.ServerShutdown } => DatabaseTrouble.Network,
        { InnerException: IOException or System.Net.Sockets.SocketException } => DatabaseTrouble.Network,
        _ => DatabaseTrouble.Other,
    };

    public override string Quote(string name) => $"`{name.Replace("`", "``", StringComparison.Ordinal)}`";

    // As text a FLOAT has six digits (MySQL manual, 11.1.4); added to a DOUBLE it has all.
    public override string AsText(SqlColumn column) => column.DataType switch
    {
        "binary" or "varbinary" or "tinyblob" or "blob" or "mediumblob" or "longblob" => $"LOWER(HEX({Quote(column.Name)}))",
        "bit" => $"CAST({Quote(column.Name)} + 0 AS CHAR)",
        "float" => $"CAST({Quote(column.Name)} + 0e0 AS CHAR)",
        "geometry" or "point" or "linestring" or "polygon" or "multipoint" or "multilinestring" or "multipolygon" or "geometrycollection" => $"ST_AsText({Quote(column.Name)})",
        _ => $"CAST({Quote(column.Name)} AS CHAR)",
    };

    public override SyncType? TypeOf(SqlColumn column) => column.DataType switch
    {
        "tinyint" or "smallint" or "mediumint" or "int" or "bigint" or "year" or "bit" => SyncType.Integer,
        "decimal" or "float" or "double" => SyncType.Decimal,
        "date" => SyncType.Date,
        "datetime" or "timestamp" => SyncType.DateTime,
        _ => SyncType.Text,
    };

    public override string Canonical(string text, SqlColumn column) => column.DataType switch
    {
        "float" => Floats.OfSingle(text),
        "double" => Floats.OfDouble(text),
        "timestamp" when !text.StartsWith("0000", StringComparison.Ordinal) => text + "+00:00",
        _ => text,
    };
}
