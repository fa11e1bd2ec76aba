using System.Globalization;
using WorkspaceServer.Features.Samples;

namespace WorkspaceServer.Tests.Sandbox;

/// <summary>Makes statements that are nearly valid and reach for what is hidden; the same seed makes the same statements.</summary>
internal sealed class StatementGrammar(int seed)
{
    private const int MaxDepth = 3;

    private static readonly string[] PlainTables = ["parties", "parties", "parties", "temp.parties", "(SELECT 'P1' AS id, 2 AS name, 3 AS balance)"];
    private static readonly string[] PlainColumns = ["p.id", "p.name", "p.balance", "1", "'P1'", "'x'", "NULL", "2"];
    private static readonly string[] PlainFunctions = ["max", "length", "hex", "upper", "typeof", "quote", "json_array", "lower", "trim", "date", "min"];

    private static readonly string[] Tables =
    [
        "main.parties", "main.parties", "main.parties", "main.parties", "salaries", "main.salaries",
        "parties_fts", "vouchers_fts", "salaries_fts", "parties_fts('canary*')", "vouchers_fts('rent')", "sqlite_schema", "temp.sqlite_schema",
        "sqlite_stat1", "sqlite_stat4", "_ws_table", "_ws_load", "parties_fts_idx", "vouchers_fts_data", "dbstat", "sqlite_dbpage",
        "pragma_table_info('parties')", "pragma_table_list", "json_each('[1,2]')", "json_tree('{\"a\":[1]}')", "c1", "c2",
    ];

    private static readonly string[] Columns =
    [
        "id", "name", "city", "balance", "secret_pan", "secret_limit", "net_pay", "employee", "amount", "day", "narration", "rowid", "value", "key",
        "sql", "tbl", "stat", "type", "schema", "parties_fts", "rank", "x", "y", "p.secret_pan", "q.secret_limit", "p.name", "q.id", "main.parties.secret_pan",
    ];

    private static readonly string[] Names = ["id", "secret_pan", "secret_limit", "net_pay", "employee", "name", "parties_fts", "x", "tbl", "type", "key"];

    private static readonly string[] Values =
    [
        "1", "0", "NULL", "'P1'", "'canary*'", "'secret_pan: canary*'", "918273600", "-1", "2.5", "x'00'", "'x'", "''", "'CANARYPAN1'", "918273645", "1e999",
        "9223372036854775807",
    ];

    // Column, a value that is in it here and not in the twin, table.
    private static readonly (string Name, string Value, string Table)[] RightGuesses =
    [
        ("secret_pan", "'CANARYPAN1'", "main.parties"), ("secret_limit", "918273645", "main.parties"), ("net_pay", "918273645", "salaries"),
        ("employee", "'CANARYPANEMPLOYEE1'", "main.salaries"), ("parties_fts", "'canarypan1'", "parties_fts"), ("tbl", "'salaries'", "sqlite_stat1"),
    ];

    private static readonly string[] Functions =
    [
        "count", "sum", "group_concat", "json_group_array", "hex", "upper", "typeof", "quote", "abs", "json_array", "unicode",
        "json_quote", "randomblob", "load_extension", "sqlcipher_export", "sqlite_offset", "fts5_decode", "highlight", "bm25", "zeroblob", "no_such",
    ];

    private static readonly string[] Operators = ["=", "<", ">", "<>", "LIKE", "GLOB", "MATCH", "IS", "||", "+", "AND", "OR", "->>", "IN", "IS DISTINCT FROM"];
    private static readonly string[] Joins = [",", " JOIN ", " LEFT JOIN ", " NATURAL JOIN ", " CROSS JOIN ", " FULL JOIN ", " NATURAL LEFT JOIN ", " RIGHT JOIN "];
    private static readonly string[] Compounds = [" UNION ", " UNION ALL ", " INTERSECT ", " EXCEPT "];

    private static readonly string[] Others =
    [
        "DELETE FROM parties WHERE {0}", "UPDATE vouchers SET amount = {0}", "INSERT INTO parties (id) {1}", "CREATE TEMP VIEW v AS {1}", "CREATE TABLE t AS {1}",
        "EXPLAIN {1}", "PRAGMA cipher_log = {0}", "{1}; {1}", "WITH c1 AS ({1}) DELETE FROM vouchers", "VACUUM INTO {0}", "ATTACH {0} AS a", "SAVEPOINT x", "{1}; --", "{1} {0}",
        "EXPLAIN QUERY PLAN {1}", "REPLACE INTO vouchers {1}", "DROP TABLE {0}", "PRAGMA query_only = {0}", "({1})", "BEGIN", "{1};;",
    ];

    private readonly SeededRandom random = new((ulong)seed);

    public string Next() => random.Next(8) switch
    {
        0 => string.Format(CultureInfo.InvariantCulture, Pick(Others), Expression(1), Query(1)),
        1 or 2 => With() + Probe(),
        _ => With() + Query(0) + (random.Next(3) == 0 ? $" ORDER BY {Expression(2)}" : "") + (random.Next(6) == 0 ? $" LIMIT {Expression(3)}" : " LIMIT 20"),
    };

    /// <summary>A guess, brought together with what is hidden in one of many ways, asking for nothing but whether it is right.</summary>
    private string Probe()
    {
        var (name, value, hidden) = random.Next(2) == 0 ? RightGuesses[random.Next(RightGuesses.Length)] : (Pick(Names), Pick(Values), Pick(Tables));
        var guess = random.Next(6) == 0 ? Pick(["c1", "c2"]) : $"(SELECT {value} AS {name})";
        var (first, second) = random.Next(2) == 0 ? (guess, hidden) : (hidden, guess);
        var join = random.Next(4) switch
        {
            0 => $"{first} AS p NATURAL JOIN {second} AS q",
            1 => $"{first} AS p{Pick(Joins)}{second} AS q",
            2 => $"{first} AS p JOIN {second} AS q ON {Pick(Columns)} {Pick(Operators)} {Pick(Columns)}",
            _ => $"{first} AS p {Pick(["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"])} {second} AS q USING ({name})",
        };
        return random.Next(6) switch
        {
            0 => $"SELECT EXISTS (SELECT 1 FROM {join})",
            1 => $"SELECT name FROM parties WHERE EXISTS (SELECT 1 FROM {join})",
            2 => $"SELECT name FROM parties WHERE {Pick(Values)} IN (SELECT {Pick(["1", name, "*", "p." + name])} FROM {join})",
            3 => $"SELECT max(x) FROM (SELECT 1 AS x FROM {join})",
            4 => $"SELECT count(*) FROM {join}",
            _ => $"SELECT p.{name} FROM {join} LIMIT 20",
        };
    }

    private string With() => random.Next(3) switch
    {
        0 => $"WITH {Cte("c1")} ",
        1 => $"WITH {Cte("c1")}, {Cte("c2")} ",
        _ => "",
    };

    private string Cte(string name) => random.Next(3) switch
    {
        0 => $"{name}({Pick(Names)}) AS (VALUES (918273645), ('CANARYPAN1'), ('canary*'))",
        1 => $"{name} AS {(random.Next(2) == 0 ? "MATERIALIZED " : "")}({Query(2)})",
        _ => $"{name}({Pick(Names)}) AS (WITH RECURSIVE n(i) AS (SELECT 918273640 UNION ALL SELECT i + 1 FROM n LIMIT 9) SELECT i FROM n)",
    };

    private string Query(int depth)
    {
        var columns = random.Next(3) == 0 ? Pick(["*", "p.*", "count(*)", "1", "rowid"]) : string.Join(", ", Enumerable.Range(0, 1 + random.Next(3)).Select(_ => Expression(depth + 1)));
        var query = $"SELECT {(random.Next(8) == 0 ? "DISTINCT " : "")}{columns} FROM {From(depth)}";
        query += random.Next(2) == 0 ? $" WHERE {Expression(depth + 1)}" : "";
        query += random.Next(6) == 0 ? $" GROUP BY {Expression(depth + 1)}" : "";
        query += random.Next(8) == 0 ? $" HAVING {Expression(depth + 1)}" : "";
        return depth < MaxDepth && random.Next(8) == 0 ? query + Pick(Compounds) + Query(depth + 1) : query;
    }

    private string From(int depth)
    {
        var from = Source(depth) + " AS p";
        for (var more = random.Next(6) / 3; more > 0; more--)
        {
            from += Pick([" JOIN ", " LEFT JOIN "], Joins) + Source(depth) + (random.Next(2) == 0 ? " AS q" : "");
            from += random.Next(3) switch { 0 => $" USING ({Pick(["id", "name"], Names)})", 1 => $" ON {Expression(depth + 1)}", _ => "" };
        }

        return from;
    }

    private string Source(int depth) => depth < MaxDepth && random.Next(4) == 0
        ? random.Next(3) switch
        {
            0 => $"(SELECT {Pick(Values)} AS {Pick(Names)})",
            1 => $"({From(depth + 1)})",
            _ => $"({Query(depth + 1)})",
        }
        : Pick(PlainTables, Tables);

    private string Expression(int depth) => random.Next(depth >= MaxDepth ? 3 : 10) switch
    {
        0 => Pick(Values),
        1 or 2 or 8 or 9 => Pick(PlainColumns, Columns),
        3 => $"{Pick(PlainFunctions, Functions)}({Expression(depth + 1)})",
        4 => $"({Query(depth + 1)})",
        5 => $"EXISTS ({Query(depth + 1)})",
        6 => $"CASE WHEN {Expression(depth + 1)} THEN {Expression(depth + 1)} END",
        _ => $"{Expression(depth + 1)} {Pick(["=", "<", "||", "IS", "AND"], Operators)} {Expression(depth + 1)}",
    };

    /// <summary>Mostly something plain, or hardly any statement would ever run.</summary>
    private string Pick(string[] plain, string[] hostile) => random.Next(6) == 0 ? Pick(hostile) : Pick(plain);

    private string Pick(string[] choices) => choices[random.Next(choices.Length)];
}
