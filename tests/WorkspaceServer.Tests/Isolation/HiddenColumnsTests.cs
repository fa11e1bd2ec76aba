using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using WorkspaceServer.Features.Samples;
using WorkspaceServer.Testing;
using WorkspaceServer.Tests.Sandbox;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;
using Xunit;

namespace WorkspaceServer.Tests.Isolation;

/// <summary>Two tokens of one workspace with different hidden columns, in turn on the same workers, while the tables change under them.</summary>
[Collection(AloneCollection.Name)]
public sealed class HiddenColumnsTests : IAsyncLifetime
{
    private const int Calls = 2_000;
    private const int CallsPerChange = 100;
    private const int AtOnce = 4;

    // The words of a hidden column; a caller who may see the other one must still get that.
    private const string Pan = "panvalue";
    private const string Phone = "phonevalue";

    private static readonly string[] Statements =
    [
        "SELECT * FROM people", "SELECT pan FROM people", "SELECT phone FROM people", "SELECT * FROM people ORDER BY 1 DESC LIMIT 3", "SELECT max(pan), max(phone) FROM people",
        "SELECT name FROM people WHERE pan LIKE 'panv%'", "SELECT name FROM people WHERE phone LIKE 'phonev%'", "SELECT group_concat(name) FROM people", "SELECT * FROM main.people",
        "SELECT * FROM people_fts WHERE people_fts MATCH 'panvalue OR phonevalue'", "SELECT extra FROM people", "SELECT count(*) FROM people NATURAL JOIN (SELECT 'panvalue1' AS pan)",
    ];

    private readonly ConcurrentQueue<string> complaints = new();
    private RunningServer server = null!;
    private int panSeen;
    private int phoneSeen;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("claim", "A80")]
    [Trait("claim", "B22")]
    public async Task NeitherEverSeesWhatIsHiddenFromIt()
    {
        var noPan = server.Token(hidden: ["people.pan"]);
        var noPhone = server.Token(hidden: ["people.phone"]);
        for (var start = 0; start < Calls; start += CallsPerChange)
        {
            var change = LoadAsync(start / CallsPerChange);
            await Parallel.ForEachAsync(Enumerable.Range(start, CallsPerChange), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (number, _) =>
            {
                var random = new SeededRandom((ulong)number);
                var (seen, body) = number % 2 == 0 ? (Phone, await AskAsync(noPan, random)) : (Pan, await AskAsync(noPhone, random));
                if (body.Contains(seen == Phone ? Pan : Phone, StringComparison.OrdinalIgnoreCase))
                {
                    complaints.Enqueue($"call {number}: {body}");
                }

                Interlocked.Add(ref panSeen, body.Contains(Pan, StringComparison.Ordinal) ? 1 : 0);
                Interlocked.Add(ref phoneSeen, body.Contains(Phone, StringComparison.Ordinal) ? 1 : 0);
            });
            await change;
        }

        Assert.Empty(complaints.Take(5));
        Assert.InRange(panSeen, Calls / 20, Calls);
        Assert.InRange(phoneSeen, Calls / 20, Calls);
    }

    public async ValueTask InitializeAsync()
    {
        server = await RunningServer.StartAsync();
        await LoadAsync(0);
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    /// <summary>Columns come, go and change places, so that a policy made for an older table would show the wrong one.</summary>
    private Task LoadAsync(int version)
    {
        ColumnSchema name = new("name", ColumnType.Text), pan = new("pan", ColumnType.Text), phone = new("phone", ColumnType.Text), extra = new("extra", ColumnType.Text);
        ColumnSchema[] columns = (version % 5) switch
        {
            0 => [name, pan, phone],
            1 => [pan, phone, name, extra],
            2 => [phone, name, pan],
            3 => [name, phone],
            _ => [extra, pan, name],
        };
        var rows = Enumerable.Range(1, 20).Select(row => columns.Select(column => (SqlValue)(column.Name switch
        {
            "pan" => $"{Pan}{row}",
            "phone" => $"{Phone}{row}",
            _ => $"{column.Name} {row}",
        })).ToArray());
        return server.Workspaces.LoadAsync(server.Workspace, new TableSchema("people", columns), [.. rows], Cancel);
    }

    /// <summary>The answer without what was asked, which names the values too.</summary>
    private async Task<string> AskAsync(string token, SeededRandom random)
    {
        var sql = random.Pick(Statements);
        var message = random.Next(6) switch
        {
            0 => McpCalls.Call("search", """{"query":"panvalue1"}"""),
            1 => McpCalls.Call("search", """{"query":"phonevalue1"}"""),
            2 => McpCalls.Call("fetch", """{"id":"people/7"}"""),
            _ => McpCalls.Call("execute_sql", $$"""{"sql":{{JsonSerializer.Serialize(sql)}}}"""),
        };
        using var response = await server.SendAsync(HttpMethod.Post, "/mcp", token, new StringContent(message, Encoding.UTF8, "application/json"), McpCalls.Accept);
        return (await response.Content.ReadAsStringAsync(Cancel)).Replace(sql, "", StringComparison.Ordinal);
    }
}
