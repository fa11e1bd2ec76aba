using System.Collections.Frozen;

namespace WorkspaceServer.Sandbox;

/// <summary>The SQL functions that untrusted SQL may call: computing only. Anything that SQLite or SQLCipher adds later is denied.</summary>
internal static class AllowedFunctions
{
    public static readonly FrozenSet<string> Names = new[]
    {
        // Aggregates and windows: sqlite.org/lang_aggfunc.html, windowfunctions.html
        "avg", "count", "group_concat", "max", "min", "string_agg", "sum", "total",
        "row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile", "lag", "lead", "first_value", "last_value", "nth_value",

        // Scalars: sqlite.org/lang_corefunc.html
        "abs", "char", "coalesce", "concat", "concat_ws", "format", "glob", "hex", "if", "ifnull", "iif", "instr", "length", "like",
        "likelihood", "likely", "lower", "ltrim", "nullif", "octet_length", "printf", "quote", "random", "replace", "round", "rtrim",
        "sign", "substr", "substring", "trim", "typeof", "unhex", "unicode", "unistr", "unlikely", "upper",

        // Dates: sqlite.org/lang_datefunc.html
        "date", "time", "datetime", "julianday", "unixepoch", "strftime", "timediff", "current_date", "current_time", "current_timestamp",

        // Math: sqlite.org/lang_mathfunc.html
        "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "ceil", "ceiling", "cos", "cosh", "degrees", "exp", "floor", "ln",
        "log", "log10", "log2", "mod", "pi", "pow", "power", "radians", "sin", "sinh", "sqrt", "tan", "tanh", "trunc",

        // JSON: sqlite.org/json1.html
        "json", "jsonb", "json_array", "jsonb_array", "json_array_length", "json_error_position", "json_extract", "jsonb_extract", "->",
        "->>", "json_insert", "jsonb_insert", "json_object", "jsonb_object", "json_patch", "jsonb_patch", "json_pretty", "json_remove",
        "jsonb_remove", "json_replace", "jsonb_replace", "json_set", "jsonb_set", "json_type", "json_valid", "json_quote",
        "json_group_array", "jsonb_group_array", "json_group_object", "jsonb_group_object",

        // Full text: sqlite.org/fts5.html, section 5
        "match", "bm25", "highlight", "snippet",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Table-valued functions; they read their arguments only.</summary>
    public static readonly FrozenSet<string> Tables = new[] { "json_each", "json_tree" }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
}
