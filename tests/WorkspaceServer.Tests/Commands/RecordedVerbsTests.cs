using System.Diagnostics;
using System.Text.Json;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Commands;

/// <summary>Each privileged verb is performed as an operator would, and leaves exactly one row.</summary>
public sealed class RecordedVerbsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    [Trait("claim", "B32")]
    [Trait("action", nameof(AuditActions.SmokeTested))]
    [Trait("action", nameof(AuditActions.KeyDestroyed))]
    public async Task ASmokeTestOfNobodySaysSo_AndRemovesItsWorkspace()
    {
        await RunAsync(0, "init");

        // Port 9 discards, where anybody listens at all.
        var result = await RunAsync(ExitCodes.SmokeFailed, "smoke", "--url", "http://127.0.0.1:9", "--agent", "/bin/true", "--json");

        Assert.False(Assert.Single(result.GetProperty("paths").EnumerateArray()).GetProperty("passed").GetBoolean());
        Assert.Equal(["system.initialised", "workspace.created", "key.destroyed", "smoke.tested"], (await RowsAsync()).Select(row => row.GetProperty("action").GetString()));
        Assert.Empty((await RunAsync(0, "workspace", "list", "--json")).EnumerateArray());
    }

    [Fact]
    [Trait("claim", "A82")]
    [Trait("claim", "B27")]
    [Trait("action", nameof(AuditActions.SystemInitialised))]
    [Trait("action", nameof(AuditActions.WorkspaceCreated))]
    [Trait("action", nameof(AuditActions.TableImported))]
    [Trait("action", nameof(AuditActions.SampleLoaded))]
    [Trait("action", nameof(AuditActions.QueryRun))]
    [Trait("action", nameof(AuditActions.TokenCreated))]
    [Trait("action", nameof(AuditActions.TokenRevoked))]
    [Trait("action", nameof(AuditActions.SystemExamined))]
    [Trait("action", nameof(AuditActions.AuditExported))]
    [Trait("action", nameof(AuditActions.AuditVerified))]
    public async Task EveryPrivilegedVerbLeavesOneRow()
    {
        await File.WriteAllTextAsync(folder.File("orders.csv"), "id,amount\n1,10.50\n2,20\n", Cancel);
        await RunAsync(0, "init");
        var workspace = (await RunAsync(0, "workspace", "create", "Books", "--json")).GetProperty("id").GetString()!;
        await RunAsync(0, "table", "import", folder.File("orders.csv"), "-w", "Books", "--json");
        await RunAsync(0, "sample", "-w", "Books", "--json");
        await RunAsync(0, "query", "-w", "Books", "SELECT id FROM orders WHERE amount = 10.5", "--json");
        var token = (await RunAsync(0, "token", "create", "-w", "Books", "--name", "Client", "--json")).GetProperty("id").GetString()!;
        await RunAsync(0, "token", "revoke", token, "--json");
        await RunAsync(0, "doctor", "--json");
        await RunAsync(0, "audit", "verify", "--json");
        await RunAsync(0, "audit", "export", "--out", folder.File("audit.jsonl"), "--format", "jsonl", "--json");
        await RunAsync(0, "workspace", "delete", "Books", "--yes", "--json");

        var rows = await RowsAsync();
        Assert.Equal(
            [
                "system.initialised", "workspace.created", "table.imported", "sample.loaded", "query.run", "token.created", "token.revoked", "system.examined", "audit.verified",
                "audit.exported", "workspace.closing",
            ],
            rows.Select(row => row.GetProperty("action").GetString()));
        Assert.All(rows, row => Assert.Equal(("operator", Environment.UserName, "ok"), (Text(row, "actor_kind"), Text(row, "actor_name"), Text(row, "outcome"))));
        Assert.Equal(rows.Length, rows.Select(row => Text(row, "request_id")).Distinct().Count());
        Assert.All(rows[1..7], row => Assert.Equal(workspace, Text(row, "workspace_id")));
        Assert.Equal("SELECT id FROM orders WHERE amount = ?", rows[4].GetProperty("details").GetProperty("sql").GetString());
        Assert.Equal(token, Text(rows[5], "target_id"));
    }

    [Fact]
    [Trait("claim", "B28")]
    public async Task AChangedByteIsFoundByTheVerb_AndItsExitCodeSaysSo()
    {
        await RunAsync(0, "init");
        await RunAsync(0, "workspace", "create", "Books", "--json");
        Assert.True((await RunAsync(0, "audit", "verify", "--json")).GetProperty("whole").GetBoolean());
        File.Delete(folder.File("data/audit.anchor"));

        var found = await RunAsync(12, "audit", "verify", "--json");
        Assert.Contains("anchor file is missing", found.GetProperty("findings")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnExportIsForItsOwnerOnly_AndIsNeverOverwritten()
    {
        await RunAsync(0, "init");
        await RunAsync(0, "workspace", "create", "=cmd|' /C calc'!A0", "--json");
        await RunAsync(0, "audit", "export", "--out", folder.File("a.csv"), "--json");

        var lines = await File.ReadAllLinesAsync(folder.File("a.csv"), Cancel);
        Assert.StartsWith("\"seq\",\"at\",", lines[0], StringComparison.Ordinal);
        Assert.Equal(3, lines.Length);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.File("a.csv")));
        await RunAsync(1, "audit", "export", "--out", folder.File("a.csv"), "--json");
        Assert.Empty(Directory.GetFiles(folder.Path, "*.unfinished"));
    }

    [Fact]
    public async Task ATimelineTellsBothTrailsInOrder()
    {
        await RunAsync(0, "init");
        await RunAsync(0, "workspace", "create", "Books", "--json");
        await RunAsync(0, "query", "-w", "Books", "SELECT 1", "--json");

        var events = (await RunAsync(0, "audit", "timeline", "-w", "Books", "--since", "1h", "--json")).GetProperty("events").EnumerateArray().ToArray();
        Assert.Equal(["audit", "sandbox", "audit"], events.Select(each => Text(each, "trail")));
        Assert.Equal(Text(events[1], "request"), Text(events[2], "request"));
        Assert.Contains("workspace.created", Text(events[0], "text"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "--action", "token.invented")]
    [InlineData(2, "--limit", "0")]
    [InlineData(2, "--limit", "10001")]
    [InlineData(2, "--since", "yesterdayish")]
    public async Task AWrongFilterIsRefused(int code, params string[] arguments)
    {
        await RunAsync(0, "init");
        await RunAsync(code, ["audit", "list", .. arguments]);
    }

    [Fact]
    [Trait("claim", "A82")]
    public async Task WhatWasAcknowledgedSurvivesAKill()
    {
        await RunAsync(0, "init");
        await RunAsync(0, "workspace", "create", "Books", "--json");
        var acknowledged = new List<string>();
        for (var round = 0; round < 6; round++)
        {
            using var process = Start("token", "create", "-w", "Books", "--name", $"t{round}", "--json");

            // The token is printed after its transaction; at that very moment the program is killed.
            var output = "";
            while (!output.Contains("\"token\"", StringComparison.Ordinal) && await process.StandardOutput.ReadLineAsync(Cancel) is { } line)
            {
                output += line;
                if (line.Contains("\"id\": \"", StringComparison.Ordinal))
                {
                    acknowledged.Add(line.Split('"')[3]);
                    process.Kill();
                }
            }

            await process.WaitForExitAsync(Cancel);
        }

        Assert.Equal(6, acknowledged.Count);
        Assert.Equal(acknowledged, (await RowsAsync("--action", "token.created")).Select(row => Text(row, "target_id")));
        Assert.True((await RunAsync(0, "audit", "verify", "--json")).GetProperty("whole").GetBoolean());
    }

    [Fact]
    [Trait("claim", "A82")]
    [Trait("claim", "C5")]
    public async Task EveryAnsweredCallHasItsRow_WhenTheServerIsKilled()
    {
        await RunAsync(0, "init");
        await RunAsync(0, "workspace", "create", "Books", "--json");
        var token = (await RunAsync(0, "token", "create", "-w", "Books", "--json")).GetProperty("token").GetString()!;
        using var server = Start("serve", "--set", "Server:Url=http://127.0.0.1:0", "--set", "Server:LogFormat=Json");
        using var http = new HttpClient { BaseAddress = await AddressOfAsync(server) };
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        var answered = new System.Collections.Concurrent.ConcurrentBag<string>();
        async Task AskUntilKilledAsync()
        {
            for (var number = 0; !server.HasExited; number++)
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, "/mcp") { Content = new StringContent(McpCalls.Call("execute_sql", $$"""{"sql":"SELECT {{number}}"}"""), System.Text.Encoding.UTF8, "application/json") };
                request.Headers.Accept.ParseAdd("application/json, text/event-stream");
                try
                {
                    using var response = await http.SendAsync(request, Cancel);
                    if ((await response.Content.ReadAsStringAsync(Cancel)).Contains("row_count", StringComparison.Ordinal))
                    {
                        answered.Add(response.Headers.GetValues("X-Request-Id").Single());
                    }
                }
                catch (HttpRequestException)
                {
                    return;
                }

                if (answered.Count > 300)
                {
                    server.Kill();
                }
            }
        }

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => AskUntilKilledAsync()));
        await server.WaitForExitAsync(Cancel);

        var recorded = (await RowsAsync("--action", "mcp.tool_called")).Select(row => Text(row, "request_id")).ToHashSet();
        Assert.True(answered.Count > 300);
        Assert.DoesNotContain(answered, request => !recorded.Contains(request));
        var verdict = await RunAsync(0, "audit", "verify", "--json");
        Assert.Empty(verdict.GetProperty("findings").EnumerateArray());
    }

    private static async Task<Uri> AddressOfAsync(Process server)
    {
        while (await server.StandardOutput.ReadLineAsync(Cancel) is { } line)
        {
            if (System.Text.RegularExpressions.Regex.Match(line, @"http://127\.0\.0\.1:\d+") is { Success: true } address)
            {
                // Nobody may wait for room in the pipe.
                _ = server.StandardOutput.ReadToEndAsync(Cancel);
                return new Uri(address.Value);
            }
        }

        throw new InvalidOperationException("The server never listened: " + await server.StandardError.ReadToEndAsync(Cancel));
    }

    private static string? Text(JsonElement row, string name) => row.GetProperty(name).GetString();

    private async Task<JsonElement[]> RowsAsync(params string[] filter) =>
        [.. (await RunAsync(0, ["audit", "list", "--limit", "10000", "--json", .. filter])).GetProperty("rows").EnumerateArray().Reverse()];

    private async Task<JsonElement> RunAsync(int code, params string[] arguments)
    {
        var run = await ProgramRun.HereAsync(["--home", folder.Path, .. arguments]);
        Assert.True(code == run.ExitCode, $"{string.Join(' ', arguments)} exited with {run.ExitCode}: {run.Error}{run.Output}");
        return arguments.Contains("--json") && run.Output.Length > 0 ? run.Json : default;
    }

    private Process Start(params string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo(ProgramRun.Program, ["--home", folder.Path, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        })!;
        process.StandardInput.Close();
        return process;
    }
}
