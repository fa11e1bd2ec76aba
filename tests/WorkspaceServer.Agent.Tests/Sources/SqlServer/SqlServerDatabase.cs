namespace WorkspaceServer.Agent.Tests.Sources.SqlServer;

/// <param name="Name">As the server names it.</param>
/// <param name="Length">Characters of a text, bytes of a binary; <see cref="Max"/> for as many as there are.</param>
/// <param name="Scale">Places after the point, of a number or of a second.</param>
internal sealed record SqlServerType(string Name, int Length = 0, int Scale = 0)
{
    public const int Max = -1;

    /// <summary>What the server makes of a type that its own library for .NET brings along, such as geography: it has no name among the types of the system.</summary>
    public const string Clr = "clr";

    /// <summary>system_type_id of sys.types.</summary>
    private static readonly Dictionary<string, long> Ids = new()
    {
        ["image"] = 34,
        ["text"] = 35,
        ["uniqueidentifier"] = 36,
        ["date"] = 40,
        ["time"] = 41,
        ["datetime2"] = 42,
        ["datetimeoffset"] = 43,
        ["tinyint"] = 48,
        ["smallint"] = 52,
        ["int"] = 56,
        ["smalldatetime"] = 58,
        ["real"] = 59,
        ["money"] = 60,
        ["datetime"] = 61,
        ["float"] = 62,
        ["sql_variant"] = 98,
        ["ntext"] = 99,
        ["bit"] = 104,
        ["decimal"] = 106,
        ["numeric"] = 108,
        ["smallmoney"] = 122,
        ["bigint"] = 127,
        ["varbinary"] = 165,
        ["varchar"] = 167,
        ["binary"] = 173,
        ["char"] = 175,
        ["timestamp"] = 189,
        ["nvarchar"] = 231,
        ["nchar"] = 239,
        [Clr] = 240,
        ["xml"] = 241,
    };

    public long Id => Ids[Name];

    /// <summary>TYPE_NAME of an id of the system.</summary>
    public static string? NameOf(long id) => Ids.FirstOrDefault(each => each.Value == id && each.Key != Clr).Key;

    public static SqlServerType Text(int length) => new("nvarchar", length);
}

/// <param name="Rows">Integers as long, bit as bool, decimals as SqlDecimal, money as decimal, moments as DateTime, DateTimeOffset, DateOnly or TimeOnly; the rest as .NET has it.</param>
internal sealed record SqlServerTable(string Schema, string Name, IReadOnlyList<SqlServerColumn> Columns, IReadOnlyList<string> Key, IReadOnlyList<object?[]> Rows)
{
    public bool IsView { get; init; }

    /// <summary>Whether the agent's login may read it.</summary>
    public bool MayBeRead { get; init; } = true;
}

/// <summary>One state of a database, with the part of its catalog that the agent asks (Microsoft, "System catalog views").</summary>
internal sealed record SqlServerDatabase(string Name, IReadOnlyList<SqlServerTable> Tables)
{
    public const long Id = 5;

    private const string Sys = "sys";
    private const int FirstObject = 901_578_250;

    /// <summary>1 if SNAPSHOT is allowed.</summary>
    public long SnapshotState { get; init; } = 1;

    public bool ReadsCommittedVersions { get; init; }

    private List<string> Schemas => [.. new[] { "dbo" }.Concat(Tables.Select(table => table.Schema)).Distinct(StringComparer.OrdinalIgnoreCase)];

    /// <summary>This database with a table that was made or written anew.</summary>
    public SqlServerDatabase With(SqlServerTable table) => this with { Tables = [.. Tables.Where(each => each.Schema != table.Schema || each.Name != table.Name), table] };

    public static bool IsCatalog(string schema) => Is(schema, Sys);

    /// <exception cref="SqlServerError">There is none, or it may not be read.</exception>
    public SqlServerTable Table(string schema, string name)
    {
        var table = IsCatalog(schema) ? Catalog(name.ToLowerInvariant()) : Tables.FirstOrDefault(each => Is(each.Schema, schema) && Is(each.Name, name));
        return table switch
        {
            null => throw new SqlServerError(208, 16, 1, $"Invalid object name '{schema}.{name}'."),
            { MayBeRead: false } => throw new SqlServerError(229, 14, 5, $"The SELECT permission was denied on the object '{name}', database '{Name}', schema '{schema}'."),
            _ => table,
        };
    }

    public bool MayRead(string quoted) => Tables.Any(table => table.MayBeRead && Is(quoted, $"{Quoted(table.Schema)}.{Quoted(table.Name)}"));

    public static string Quoted(string name) => $"[{name.Replace("]", "]]", StringComparison.Ordinal)}]";

    private SqlServerTable? Catalog(string name) => name switch
    {
        "schemas" => Of(name, ["name:nvarchar", "schema_id:int"], Schemas.Select(schema => new object?[] { schema, SchemaId(schema) })),
        "objects" => Of(name, ["name:nvarchar", "object_id:int", "schema_id:int", "type:char", "is_ms_shipped:bit"],
            Tables.Select((table, at) => new object?[] { table.Name, ObjectId(at), SchemaId(table.Schema), table.IsView ? "V " : "U ", false }).Append(["sysrscols", 3L, 4L, "S ", true])),
        "columns" => Of(name, ["object_id:int", "name:nvarchar", "column_id:int", "system_type_id:tinyint"],
            Tables.SelectMany((table, at) => table.Columns.Select((column, index) => new object?[] { ObjectId(at), column.Name, index + 1L, column.Type.Id }))),
        "indexes" => Of(name, ["object_id:int", "index_id:int", "is_primary_key:bit"],
            Tables.SelectMany((table, at) => table.Key.Count > 0 ? new object?[][] { [ObjectId(at), 1L, true], [ObjectId(at), 2L, false] } : [[ObjectId(at), 0L, false]])),
        "index_columns" => Of(name, ["object_id:int", "index_id:int", "column_id:int", "key_ordinal:tinyint"],
            Tables.SelectMany((table, at) => table.Key.SelectMany((column, order) => new object?[][] { [ObjectId(at), 1L, ColumnId(table, column), order + 1L], [ObjectId(at), 2L, 1L, 1L] }))),
        "databases" => Of(name, ["name:nvarchar", "database_id:int", "snapshot_isolation_state:tinyint", "is_read_committed_snapshot_on:bit"],
            [["master", 1L, 1L, false], [Name, Id, SnapshotState, ReadsCommittedVersions]]),
        _ => null,
    };

    private static SqlServerTable Of(string name, string[] columns, IEnumerable<object?[]> rows) =>
        new(Sys, name, [.. columns.Select(column => column.Split(':')).Select(parts => new SqlServerColumn(parts[0], new SqlServerType(parts[1], parts[1] == "nvarchar" ? 128 : 0)))], [], [.. rows]);

    private static long ColumnId(SqlServerTable table, string column) => 1 + table.Columns.Index().First(each => each.Item.Name == column).Index;

    private long SchemaId(string schema) => Schemas.FindIndex(each => Is(each, schema)) is var at and > 0 ? at + 4 : 1;

    private static long ObjectId(int at) => FirstObject + (at * 16);

    private static bool Is(string name, string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);
}
