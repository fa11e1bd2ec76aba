using System.Text.Json;
using WorkspaceServer.Features.Samples;
using WorkspaceServer.Testing;

namespace WorkspaceServer.Tests.Isolation;

/// <summary>One call that a seed decides: how it is put and what it asks for; whom it asks for is filled in, so that two answers can be compared.</summary>
internal sealed class RandomCall
{
    private static readonly string[] Statements =
    [
        "SELECT * FROM {table}", "SELECT * FROM parties LIMIT 5", "SELECT name FROM parties WHERE code = '{key}'", "SELECT count(*), max({column}) FROM {table}",
        "SELECT * FROM parties p JOIN {table} t ON t.{column} = p.code", "SELECT {column} FROM parties", "SELECT {table}.{column} FROM parties", "SELECT * FROM main.{table}",
        "SELECT * FROM \"{path}\"", "SELECT * FROM '{id}'.parties", "ATTACH '{path}' AS other", "ATTACH DATABASE 'file:{path}?mode=ro' AS {table}", "VACUUM INTO '{path}'",
        "SELECT readfile('{path}')", "SELECT load_extension('{path}')", "PRAGMA database_list", "PRAGMA table_info({table})", "SELECT * FROM pragma_table_info('{table}')",
        "SELECT sql FROM sqlite_schema WHERE name = '{table}'", "SELECT * FROM _ws_table", "SELECT * FROM parties UNION ALL SELECT {column}, 1, 2, 3 FROM {table}",
        "WITH x AS (SELECT {column} FROM {table}) SELECT * FROM x", "SELECT * FROM parties WHERE name = (SELECT max({column}) FROM {table})", "DELETE FROM {table}",
        "INSERT INTO parties SELECT {column}, 1, 2, 3 FROM {table}", "UPDATE parties SET name = '{id}'", "DROP TABLE {table}", "SELECT 1; SELECT * FROM {table}",
        "SELECT * FROM workspace WHERE id = '{id}'", "SELECT * FROM token WHERE workspace_id = '{id}'", "SELECT * FROM {table}_fts WHERE {table}_fts MATCH '{word}'",
        "SELECT count(*) FROM parties WHERE name LIKE '%{word}%'", "SELECT name FROM parties WHERE name GLOB '{word}*'", "SELECT * FROM parties_fts WHERE parties_fts MATCH '{word}'",
        "SELECT pan FROM parties", "SELECT * FROM parties WHERE pan LIKE 'hidden%'", "SELECT count(*) FROM parties NATURAL JOIN (SELECT '{word}' AS pan)", "SELECT * FROM main.parties",
        "SELECT json_extract('{', '$.{table}')", "SELECT group_concat(name) FROM parties", "SELECT 1 FROM parties ORDER BY {column}", "EXPLAIN SELECT * FROM {table}", "SELECT '{id}' || name FROM parties LIMIT 1",
    ];

    private static readonly string[] Headers = ["X-Workspace-Id", "Mcp-Session-Id", "X-Forwarded-User", "Cookie", "X-Tenant-Id"];
    private readonly string message;
    private readonly string path;
    private readonly string? header;

    public RandomCall(SeededRandom random)
    {
        message = random.Next(10) switch
        {
            0 => McpCalls.Call(random.Pick(["list_tables", "sync_status"]), "{}"),
            1 => McpCalls.Call("describe_table", """{"table":"{table}"}"""),
            2 => McpCalls.Call("search", random.Pick(["""{"query":"{word}"}""", """{"query":"sons","table":"{table}"}""", """{"query":"{key} OR {word}*"}""", """{"query":"hidden"}"""])),
            3 => McpCalls.Call("fetch", random.Pick(["""{"id":"{table}/{key}"}""", """{"id":"parties/{key}"}""", """{"id":"parties/P7"}""", """{"id":"../{id}/{key}"}"""])),
            4 => random.Pick([
                Message("resources/read", """{"uri":"workspace://table/{table}"}"""), Message("resources/read", """{"uri":"workspace://schema"}"""),
                Message("resources/read", """{"uri":"workspace://{id}/schema"}"""), Message("resources/list", "{}"), Message("prompts/list", """{"cursor":"{id}"}"""),
                Message("completion/complete", """{"ref":{"type":"ref/resource","uri":"workspace://table/{name}"},"argument":{"name":"name","value":"{table}"}}"""),
                McpCalls.Call("list_tables", """{"workspace_id":"{id}"}"""), McpCalls.Call("execute_sql", """{"sql":"SELECT 1","token":"{token}"}"""),
            ]),
            _ => McpCalls.Call("execute_sql", $$"""{"sql":{{JsonSerializer.Serialize(random.Pick(Statements))}}}"""),
        };
        path = random.OneIn(10) ? "/mcp?workspace={id}&token={token}" : "/mcp";
        header = random.OneIn(5) ? random.Pick(Headers) : null;
    }

    public string Text => $"{path} {header} {message}";

    public string PathFor(Target target) => Fill(path, target);

    public string MessageFor(Target target) => Fill(message, target);

    public (string Name, string Value)[] HeadersFor(Target target) => header is null ? [] : [(header, header == "Cookie" ? $"workspace={target.WorkspaceId}" : target.WorkspaceId)];

    private static string Message(string method, string parameters) => $$"""{"jsonrpc":"2.0","id":1,"method":"{{method}}","params":{{parameters}}}""";

    private static string Fill(string text, Target target) => text
        .Replace("{table}", target.Table, StringComparison.Ordinal)
        .Replace("{column}", target.Column, StringComparison.Ordinal)
        .Replace("{key}", target.Key, StringComparison.Ordinal)
        .Replace("{word}", target.Word, StringComparison.Ordinal)
        .Replace("{path}", target.Path, StringComparison.Ordinal)
        .Replace("{token}", target.Token, StringComparison.Ordinal)
        .Replace("{id}", target.WorkspaceId, StringComparison.Ordinal);
}
