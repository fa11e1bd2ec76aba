using System.Data;
using System.Data.Common;
using System.Globalization;
using System.Net;
using System.Security.Authentication;
using Microsoft.Data.SqlClient;
using WorkspaceServer.Protocol;

namespace WorkspaceServer.Agent.Sources.Sql;

/// <summary>Microsoft SQL Server 2016 and later, in a transaction that reads one state and waits for nobody: SNAPSHOT, or one statement under READ_COMMITTED_SNAPSHOT.</summary>
/// <remarks>
/// A database that allows neither is refused, in words: a scan under locks would either hold up those who work, or mix rows of several moments.
/// SQL Server knows no transaction that cannot write; the agent sends SELECTs only, and its login is to be one that may only read.
/// </remarks>
internal sealed class SqlServerDialect : SqlDialect
{
    private const string NeedsSnapshot =
        "The database lets nobody read one state of it beside those who write. Its administrator can allow that while it runs: ALTER DATABASE name SET ALLOW_SNAPSHOT_ISOLATION ON";

    public override string DefaultSchema => "dbo";

    public override string ListTables => """
        SELECT s.name, o.name FROM sys.objects o JOIN sys.schemas s ON s.schema_id = o.schema_id
        WHERE o.type IN ('U', 'V') AND o.is_ms_shipped = 0 AND HAS_PERMS_BY_NAME(QUOTENAME(s.name) + '.' + QUOTENAME(o.name), 'OBJECT', 'SELECT') = 1
        ORDER BY s.name, o.name
        """;

    // A type with a name of the owner's (user_type_id) is kept as one of the system's (system_type_id); those of the CLR have none.
    public override string ListColumns => """
        SELECT c.name, COALESCE(TYPE_NAME(c.system_type_id), 'clr')
        FROM sys.columns c JOIN sys.objects o ON o.object_id = c.object_id JOIN sys.schemas s ON s.schema_id = o.schema_id
        WHERE s.name = @schema AND o.name = @table
        ORDER BY c.column_id
        """;

    public override string ListKey => """
        SELECT c.name
        FROM sys.indexes i JOIN sys.index_columns k ON k.object_id = i.object_id AND k.index_id = i.index_id
            JOIN sys.columns c ON c.object_id = k.object_id AND c.column_id = k.column_id
            JOIN sys.objects o ON o.object_id = i.object_id JOIN sys.schemas s ON s.schema_id = o.schema_id
        WHERE i.is_primary_key = 1 AND k.key_ordinal > 0 AND s.name = @schema AND o.name = @table
        ORDER BY k.key_ordinal
        """;

    /// <summary>Columns: whether SNAPSHOT is allowed (1), whether READ COMMITTED reads versions.</summary>
    internal const string AskIsolation = "SELECT CAST(snapshot_isolation_state AS int), CAST(is_read_committed_snapshot_on AS int) FROM sys.databases WHERE database_id = DB_ID()";

    public override DbConnection Connect(string connectionString)
    {
        if (AppContext.TryGetSwitch("System.Globalization.Invariant", out var isInvariant) && isInvariant)
        {
            throw new SourceException("SQL Server is read by the agent for Windows only: its driver needs the system's cultures, which this build does without.");
        }

        try
        {
            var settings = new SqlConnectionStringBuilder(connectionString) { Pooling = false, Enlist = false, PersistSecurityInfo = false, ApplicationName = "workspace-agent" };
            // A second server that only may be read takes the load off the first, where there is one; and a mistake is said at once, not after ten seconds and another try.
            settings.ApplicationIntent = settings.ShouldSerialize("ApplicationIntent") ? settings.ApplicationIntent : ApplicationIntent.ReadOnly;
            settings.ConnectRetryCount = settings.ShouldSerialize("ConnectRetryCount") ? settings.ConnectRetryCount : 0;
            return settings.Encrypt == SqlConnectionEncryptOption.Optional && !IsThisComputer(settings.DataSource)
                ? throw new SourceException(
                    AgentProblem.SourceNotEncrypted, "The connection says Encrypt=False, so that the password and all rows could be read on the way to another computer. Leave that out; every SQL Server can encrypt.")
                : new SqlConnection(settings.ToString());
        }
        catch (Exception error) when (error is ArgumentException or FormatException or KeyNotFoundException)
        {
            throw new SourceException("The connection is not written as SQL Server's driver reads it, such as: Server=localhost\\SQLEXPRESS;Database=books;User ID=reader;Password=…", error);
        }
    }

    public override string HowToTrust =>
        "Name the certificate in the connection, with ServerCertificate=FILE, or have this computer trust it. Only if the server is this computer: write TrustServerCertificate=True.";

    // Numbers of sys.messages; those below 0 and 20 are the driver's own (TdsEnums).
    public override DatabaseTrouble Recognize(DbException error) => error switch
    {
        SqlException { Number: -2 } => DatabaseTrouble.Timeout,
        SqlException { Number: 20 } => DatabaseTrouble.NotEncrypted,
        SqlException { Number: 18450 or 18451 or 18452 or 18456 or 18461 or 18470 or 18486 or 18487 or 18488 } => DatabaseTrouble.Login,
        SqlException { Number: 229 or 230 } => DatabaseTrouble.Denied,
        SqlException { Number: 911 or 916 or 4060 or 4064 } => DatabaseTrouble.NoDatabase,
        { InnerException: AuthenticationException } => DatabaseTrouble.Untrusted,
        SqlException { Class: >= 20 } => DatabaseTrouble.Network,
        _ => DatabaseTrouble.Other,
    };

    public override async Task<DbTransaction> BeginReadOnlyAsync(DbConnection connection, CancellationToken cancel)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = AskIsolation;
        await using (var reader = await command.ExecuteReaderAsync(cancel))
        {
            await reader.ReadAsync(cancel);
            var level = Isolation(reader.GetInt32(0), reader.GetInt32(1));
            await reader.CloseAsync();
            return await connection.BeginTransactionAsync(level, cancel);
        }
    }

    /// <exception cref="SourceException">Neither is possible.</exception>
    internal static IsolationLevel Isolation(int snapshotState, int readCommittedSnapshot) => (snapshotState, readCommittedSnapshot) switch
    {
        (1, _) => IsolationLevel.Snapshot,
        (_, 1) => IsolationLevel.ReadCommitted,
        _ => throw new SourceException(NeedsSnapshot),
    };

    public override string Quote(string name) => $"[{name.Replace("]", "]]", StringComparison.Ordinal)}]";

    // Each conversion with the style that loses nothing (Microsoft, "CAST and CONVERT"): money would be cut to two places without one.
    public override string AsText(SqlColumn column) => column.DataType switch
    {
        "float" or "real" => Quote(column.Name),
        "bit" => $"CASE {Quote(column.Name)} WHEN 1 THEN N'true' WHEN 0 THEN N'false' END",
        "money" or "smallmoney" => $"CONVERT(nvarchar(40), {Quote(column.Name)}, 2)",
        "date" => $"CONVERT(nvarchar(10), {Quote(column.Name)}, 23)",
        "datetime" or "smalldatetime" or "datetime2" or "datetimeoffset" => $"CONVERT(nvarchar(40), {Quote(column.Name)}, 126)",
        "uniqueidentifier" => $"LOWER(CONVERT(nvarchar(36), {Quote(column.Name)}))",
        "binary" or "varbinary" or "image" or "timestamp" => $"LOWER(CONVERT(nvarchar(max), CONVERT(varbinary(max), {Quote(column.Name)}), 2))",
        // Spaces that only fill the column up.
        "char" or "nchar" => $"RTRIM(CONVERT(nvarchar(max), {Quote(column.Name)}))",
        "sql_variant" => $"CONVERT(nvarchar(4000), {Quote(column.Name)})",
        "clr" => $"{Quote(column.Name)}.ToString()",
        _ => $"CONVERT(nvarchar(max), {Quote(column.Name)})",
    };

    public override SyncType? TypeOf(SqlColumn column) => column.DataType switch
    {
        "tinyint" or "smallint" or "int" or "bigint" => SyncType.Integer,
        "decimal" or "numeric" or "money" or "smallmoney" or "float" or "real" => SyncType.Decimal,
        "bit" => SyncType.Boolean,
        "date" => SyncType.Date,
        "datetime" or "smalldatetime" or "datetime2" or "datetimeoffset" => SyncType.DateTime,
        _ => SyncType.Text,
    };

    // SQL Server writes binary fractions with 17 digits or too few; the driver brings the very number.
    public override string Read(DbDataReader reader, int index, SqlColumn column) => reader.GetValue(index) switch
    {
        double value => Floats.OfDouble(value),
        float value => Floats.OfSingle(value),
        string text => text,
        var other => Convert.ToString(other, CultureInfo.InvariantCulture)!,
    };

    /// <summary>Whether what is said to the server stays on this computer.</summary>
    /// <param name="dataSource">As in the connection: protocol:host\instance,port.</param>
    internal static bool IsThisComputer(string dataSource)
    {
        var host = dataSource[(dataSource.IndexOf(':', StringComparison.Ordinal) is var colon && colon is 2 or 3 or 5 ? colon + 1 : 0)..].Split('\\', ',')[0].Trim();
        return host is "." or "(local)" or "(localdb)" || host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.Equals(Environment.MachineName, StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
    }
}
