using System.Data.Common;
using Npgsql;
using WorkspaceServer.Protocol;

namespace WorkspaceServer.Agent.Sources.Sql;

/// <summary>PostgreSQL, in a transaction that is REPEATABLE READ and READ ONLY, with dates in ISO 8601 and moments in UTC.</summary>
internal sealed class PostgresDialect : SqlDialect
{
    public override string DefaultSchema => "public";

    public override string ListTables => """
        SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND NOT c.relispartition AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\_%'
            AND has_table_privilege(c.oid, 'SELECT')
        ORDER BY n.nspname, c.relname
        """;

    public override string ListColumns => """
        SELECT a.attname, format_type(a.atttypid, NULL)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = @schema AND c.relname = @table AND a.attnum > 0 AND NOT a.attisdropped
        ORDER BY a.attnum
        """;

    public override string ListKey => """
        SELECT a.attname
        FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k(attnum, place)
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
        WHERE i.indisprimary AND n.nspname = @schema AND c.relname = @table
        ORDER BY k.place
        """;

    public override DbConnection Connect(string connectionString)
    {
        try
        {
            return new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString)
            {
                Pooling = false,
                ApplicationName = "workspace-agent",
                Options = "-c default_transaction_read_only=on -c datestyle=ISO -c timezone=UTC -c extra_float_digits=1",
            }.ToString());
        }
        catch (ArgumentException error)
        {
            throw new SourceException("The connection is not written as PostgreSQL's driver reads it, such as: Host=localhost;Database=books;Username=reader;Password=…", error);
        }
    }

    public override async Task<DbTransaction> BeginReadOnlyAsync(DbConnection connection, CancellationToken cancel) =>
        await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancel);

    public override string HowToTrust => "Name the certificate that signed it in the connection, with Root Certificate=FILE.";

    // PostgreSQL manual, appendix A.
    public override DatabaseTrouble Recognize(DbException error) => error switch
    {
        PostgresException { SqlState: "28P01" or "28000" } => DatabaseTrouble.Login,
        PostgresException { SqlState: "3D000" } => DatabaseTrouble.NoDatabase,
        PostgresException { SqlState: "42501" } => DatabaseTrouble.Denied,
        PostgresException { SqlState: "57P01" or "57P02" or "57P03" } => DatabaseTrouble.Network,
        PostgresException { SqlState: "57014" } => DatabaseTrouble.Timeout,
        PostgresException => DatabaseTrouble.Other,
        { InnerException: TimeoutException } => DatabaseTrouble.Timeout,
        { InnerException: System.Security.Authentication.AuthenticationException } => DatabaseTrouble.Untrusted,
        { InnerException: IOException or System.Net.Sockets.SocketException } => DatabaseTrouble.Network,
        _ => DatabaseTrouble.Other,
    };

    public override string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    public override string AsText(SqlColumn column) => $"{Quote(column.Name)}::text";

    public override SyncType? TypeOf(SqlColumn column) => column.DataType switch
    {
        "smallint" or "integer" or "bigint" => SyncType.Integer,
        "numeric" or "real" or "double precision" => SyncType.Decimal,
        "boolean" => SyncType.Boolean,
        "date" => SyncType.Date,
        "timestamp without time zone" or "timestamp with time zone" => SyncType.DateTime,
        _ => SyncType.Text,
    };

    // PostgreSQL writes +00; the protocol wants +00:00.
    public override string Canonical(string text, SqlColumn column) => column.DataType switch
    {
        "timestamp with time zone" when text.EndsWith("+00", StringComparison.Ordinal) => text + ":00",
        "real" => Floats.OfSingle(text),
        "double precision" => Floats.OfDouble(text),
        _ => text,
    };
}
