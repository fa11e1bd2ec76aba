using System.Net;
using System.Text;
using System.Text.Json;
using CsCheck;
using WorkspaceServer.Features.Mcp;
using WorkspaceServer.Features.Mcp.Tools;
using WorkspaceServer.Features.Samples;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Mcp;

/// <summary>Whatever is sent, the server answers, never fails and never waits.</summary>
public sealed class MalformedCallsTests(McpFixture fixture) : IClassFixture<McpFixture>
{
    private const int MalformedBodies = 2_000;
    private const int RandomArguments = 10_000;

    private static readonly string[] Tools = ["list_tables", "describe_table", "execute_sql", "search", "fetch", "sync_status"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [Trait("claim", "A64")]
    [InlineData("list_tables", """{"x":1}""", "There is no argument \"x\".")]
    [InlineData("describe_table", "{}", "table is required and must be a string of 1 to 63 characters.")]
    [InlineData("describe_table", """{"table":""}""", "table must be a string of 1 to 63 characters.")]
    [InlineData("describe_table", """{"table":null}""", "table must be a string")]
    [InlineData("describe_table", """{"table":["parties"]}""", "table must be a string")]
    [InlineData("describe_table", """{"tabel":"parties"}""", "There is no argument \"tabel\"; did you mean table?")]
    [InlineData("execute_sql", """{"sql":5}""", "sql must be a string")]
    [InlineData("execute_sql", """{"sql":"SELECT 1","max_rows":"3"}""", "max_rows must be an integer from 1 to 200.")]
    [InlineData("execute_sql", """{"sql":"SELECT 1","max_rows":0}""", "max_rows must be an integer from 1 to 200.")]
    [InlineData("execute_sql", """{"sql":"SELECT 1","max_rows":201}""", "max_rows must be an integer from 1 to 200.")]
    [InlineData("execute_sql", """{"sql":"SELECT 1","max_rows":1.5}""", "max_rows must be an integer from 1 to 200.")]
    [InlineData("execute_sql", """{"sql":"SELECT 1","max_rows":99999999999999999999}""", "max_rows must be an integer from 1 to 200.")]
    [InlineData("search", """{"query":"x","limit":51}""", "limit must be an integer from 1 to 50.")]
    [InlineData("fetch", """{"id":{}}""", "id must be a string of 1 to 1000 characters.")]
    public async Task BadArgumentsAreNamed(string tool, string arguments, string expected)
    {
        var result = await fixture.Client.CallAsync(tool, arguments, Cancel);

        Assert.True(result.IsError);
        Assert.StartsWith("invalid_argument: ", result.Text(), StringComparison.Ordinal);
        Assert.Contains(expected, result.Text(), StringComparison.Ordinal);
    }

    [Theory]
    [Trait("claim", "A64")]
    [InlineData("describe_table", "table", 63)]
    [InlineData("search", "query", SearchTool.MaxQueryLength)]
    [InlineData("fetch", "id", RowId.MaxLength)]
    [InlineData("execute_sql", "sql", 100_000)]
    public async Task TextsHaveABoundedLength(string tool, string argument, int length)
    {
        var longest = await fixture.Client.CallAsync(tool, $$"""{"{{argument}}":"{{new string('x', length)}}"}""", Cancel);
        var tooLong = await fixture.Client.CallAsync(tool, $$"""{"{{argument}}":"{{new string('x', length + 1)}}"}""", Cancel);

        Assert.DoesNotContain($"{argument} must be a string", longest.Text(), StringComparison.Ordinal);
        Assert.Contains($"{argument} must be a string of 1 to {length} characters.", tooLong.Text(), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("claim", "A64")]
    public void RandomArgumentsAreReadOrRefused()
    {
        ToolParameter[] parameters = [ToolParameter.Text("sql", 20), ToolParameter.Number("max_rows", 1, 200, 100), ToolParameter.Text("table", 5, isRequired: false)];
        var names = Gen.OneOf("sql", "max_rows", "table", "SQL", "", "x\u202E");
        var values = Gen.OneOf(
            Gen.String.Select(text => JsonSerializer.Serialize(text)), Gen.Int.Select(number => JsonText.Of(number)), Gen.Int[0, 250].Select(number => JsonText.Of(number)),
            Gen.OneOf("null", "true", "1.0", "1e400", "[]", "{}", "\"\"", "\"SELECT 1\""));
        var good = 0;

        Gen.Select(names, values).Array[0, 4].Sample(
            pairs =>
            {
                var given = pairs.GroupBy(pair => pair.Item1).ToDictionary(group => group.Key, group => JsonElement.Parse(group.First().Item2));
                try
                {
                    var arguments = ToolParameter.Read(parameters, given);
                    Assert.InRange(arguments.Text("sql").Length, 1, 20);
                    Assert.InRange(arguments.Number("max_rows"), 1, 200);
                    Assert.All(given.Keys, name => Assert.Contains(name, parameters.Select(parameter => parameter.Name)));
                    Interlocked.Increment(ref good);
                }
                catch (ProblemException problem)
                {
                    Assert.Equal(ProblemCodes.InvalidArgument, problem.Code);
                    Assert.InRange(problem.Message.Length, 10, 1_000);
                }
            },
            iter: RandomArguments,
            threads: 1);
        Assert.True(good > 10, $"only {good} were good");
    }

    [Fact]
    [Trait("claim", "A64")]
    public async Task MalformedBodiesAreRefusedAndNeverFail()
    {
        var token = fixture.Server.Token();
        var random = new SeededRandom(20260728);
        var seen = new Dictionary<int, int>();
        foreach (var body in Enumerable.Range(0, MalformedBodies).Select(i => Malform(random, i)))
        {
            var headers = random.Next(2) == 0 ? McpCalls.Accept : McpCalls.ModernHeaders("tools/call", random.Pick(Tools));
            using var content = new ByteArrayContent(body);
            content.Headers.TryAddWithoutValidation("Content-Type", random.Next(10) == 0 ? "application/json; charset=utf-16" : "application/json");
            using var response = await fixture.Server.SendAsync(HttpMethod.Post, "/mcp", token, content, headers).WaitAsync(TimeSpan.FromSeconds(20), Cancel);
            var answer = await response.Content.ReadAsStringAsync(Cancel);

            seen[(int)response.StatusCode] = seen.GetValueOrDefault((int)response.StatusCode) + 1;
            Assert.True((int)response.StatusCode < 500, $"{response.StatusCode} for {Encoding.UTF8.GetString(body)}: {answer}");
            Assert.DoesNotContain("   at ", answer, StringComparison.Ordinal);
            Assert.DoesNotContain("internal_error", answer, StringComparison.Ordinal);
        }

        Assert.True(seen.GetValueOrDefault(400) > MalformedBodies / 4, string.Join(' ', seen));
        Assert.DoesNotContain("\"@l\":\"Error\"", fixture.Server.Logs.All, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call"}""")]
    [InlineData("{\"jsonrpc\":\"2.0\"")]
    [InlineData("")]
    [InlineData("\"\\uD800")]
    public async Task WhatIsNoJsonIsAParseError(string body)
    {
        using var response = await fixture.Server.SendAsync(HttpMethod.Post, "/mcp", fixture.Server.Token(), new StringContent(body, Encoding.UTF8, "application/json"), McpCalls.Accept);
        var error = JsonElement.Parse(await response.Content.ReadAsStringAsync(Cancel));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(-32700, error.GetProperty("error").GetProperty("code").GetInt32());
    }

    // The SDK would take "Name" for "name", and fail where what it takes is of another kind.
    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":1,"Method":"tools/call","params":{"name":"list_tables","arguments":{}}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","PARAMS":{"name":"list_tables","arguments":{}}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"Name":"list_tables","arguments":{}}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_tables","NAME":5,"arguments":{}}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_tables","Arguments":{"x":1}}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_tables","_Meta":5}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"Uri":"workspace://schema"}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_tables","_meta":5}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":5}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":5}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_tables","arguments":[]}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_tables","arguments":"x"}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":[]}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":5}""")]
    public async Task AMessageThatCouldBeReadInTwoWaysIsRefused(string body)
    {
        foreach (var headers in new[] { McpCalls.Accept, McpCalls.ModernHeaders("tools/call", "list_tables") })
        {
            using var response = await fixture.Server.SendAsync(
                HttpMethod.Post, "/mcp", fixture.Server.Token(), new StringContent(body, Encoding.UTF8, "application/json"), headers);
            var error = JsonElement.Parse(await response.Content.ReadAsStringAsync(Cancel));

            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
            Assert.Equal(-32600, error.GetProperty("error").GetProperty("code").GetInt32());
        }
    }

    [Theory]
    [InlineData("resources/read", "{}", "uri must be a string of 1 to 2000 characters.")]
    [InlineData("resources/subscribe", """{"uri":""}""", "uri must be a string")]
    [InlineData("tools/call", "{}", "name must be a string of 1 to 200 characters.")]
    [InlineData("prompts/get", "{}", "name must be a string")]
    [InlineData("tools/list", """{"cursor":"x"}""", "There is no such cursor")]
    [InlineData("resources/list", """{"cursor":5}""", "There is no such cursor")]
    [InlineData("completion/complete", "{}", "ref.type must be ref/resource or ref/prompt.")]
    [InlineData("completion/complete", """{"ref":5}""", "ref.type must be")]
    [InlineData("completion/complete", """{"ref":{"type":"ref/resource"},"argument":{"name":"name","value":"p"}}""", "ref.uri must be a string")]
    [InlineData("completion/complete", """{"ref":{"type":"ref/prompt","name":"x"}}""", "argument.name must be a string")]
    [InlineData("completion/complete", """{"ref":{"type":"ref/prompt","name":"x"},"argument":{"name":"a","value":5}}""", "argument.value must be a string of 0 to 1000 characters.")]
    [InlineData("initialize", "{}", "protocolVersion must be a string")]
    [InlineData("initialize", """{"protocolVersion":"2025-11-25","capabilities":5,"clientInfo":{"name":"a","version":"1"}}""", "capabilities must be an object.")]
    [InlineData("initialize", """{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"a"}}""", "clientInfo.version must be a string")]
    [InlineData("initialize", """{"protocolVersion":"2025-11-25","capabilities":{"roots":5},"clientInfo":{"name":"a","version":"1"}}""", "missing or of the wrong kind")]
    [InlineData("logging/setLevel", """{"level":"loud"}""", "level must be one of debug, ")]
    public async Task WrongParametersAreNamed(string method, string parameters, string expected)
    {
        var body = $$"""{"jsonrpc":"2.0","id":"seven","method":"{{method}}","params":{{parameters}}}""";
        using var response = await fixture.Server.SendAsync(
            HttpMethod.Post, "/mcp", fixture.Server.Token(), new StringContent(body, Encoding.UTF8, "application/json"), McpCalls.Accept);
        var answer = JsonElement.Parse(McpCalls.Body(await response.Content.ReadAsStringAsync(Cancel)));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("seven", answer.GetProperty("id").GetString());
        Assert.Equal(-32602, answer.GetProperty("error").GetProperty("code").GetInt32());
        Assert.Contains(expected, answer.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/list","params":null}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_tables","arguments":null}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_tables"}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_tables","other":{"Name":5}}}""")]
    public async Task NothingIsAsGoodAsAnEmptyObject(string body)
    {
        using var response = await fixture.Server.SendAsync(
            HttpMethod.Post, "/mcp", fixture.Server.Token(), new StringContent(body, Encoding.UTF8, "application/json"), McpCalls.Accept);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(JsonElement.Parse(McpCalls.Body(await response.Content.ReadAsStringAsync(Cancel))).TryGetProperty("result", out _));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("text/plain")]
    [InlineData("application")]
    public async Task ABodyThatIsNotSaidToBeJsonIsRefused(string? type)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(McpCalls.ListTools));
        if (type is not null)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        using var response = await fixture.Server.SendAsync(HttpMethod.Post, "/mcp", fixture.Server.Token(), content, McpCalls.Accept);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
        Assert.Contains("unsupported_media_type", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1 << 14, HttpStatusCode.OK)]
    [InlineData((1 << 14) + 1, HttpStatusCode.RequestEntityTooLarge)]
    public async Task ABodyHasABoundedLength_WithAndWithoutItsLengthSaidBefore(int bytes, HttpStatusCode expected)
    {
        await using var server = await RunningServer.StartAsync(mcp: new McpOptions { MaxRequestBodyBytes = 1 << 14 });

        // Kestrel counts the lengths that chunks are sent with, too.
        const int framing = 16;
        foreach (var isChunked in new[] { false, true })
        {
            var body = McpCalls.ListTools.PadRight(isChunked && expected == HttpStatusCode.OK ? bytes - framing : bytes);
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            using var request = new HttpRequestMessage(HttpMethod.Post, server.Mcp) { Content = content };
            request.Headers.Authorization = new("Bearer", server.Token());
            request.Headers.TransferEncodingChunked = isChunked;
            request.Headers.TryAddWithoutValidation("Accept", "application/json, text/event-stream");
            using var response = await server.Http.SendAsync(request, Cancel);

            Assert.Equal(expected, response.StatusCode);
        }
    }

    [Fact]
    public void TheBodyLimitIsOneMebibyteUnlessSetOtherwise() => Assert.Equal(1_048_576, new McpOptions().MaxRequestBodyBytes);

    /// <summary>Good calls with something broken: a byte changed, cut short, a member of the wrong kind, or nonsense.</summary>
    private static byte[] Malform(SeededRandom random, int i)
    {
        var tool = random.Pick(Tools);
        var good = random.Next(2) == 0 ? McpCalls.Call(tool, """{"sql":"SELECT 1","table":"parties","query":"a","id":"parties/P1"}""") : McpCalls.ModernCall(tool, "{}");
        string[] wrong = ["null", "[]", "5", "\"x\"", "{}", "1e999", "[[[[[[]]]]]]", "true"];
        string[] members = ["method", "params", "name", "arguments", "uri", "_meta", "id", "jsonrpc", "clientInfo"];
        var member = random.Pick(members);
        var broken = (i % 12) switch
        {
            0 => good[..random.Next(good.Length)],
            1 => good.Replace($"\"{tool}\"", random.Pick(wrong), StringComparison.Ordinal),
            2 => good.Replace("\"tools/call\"", random.Pick(wrong), StringComparison.Ordinal),
            3 => good.Replace("\"id\":1", $"\"id\":{random.Pick(wrong)}", StringComparison.Ordinal),
            4 => good.Replace("\"2.0\"", random.Pick(wrong), StringComparison.Ordinal),
            5 => good.Replace("{\"name\":\"by-hand\",\"version\":\"1.0\"}", random.Pick(wrong), StringComparison.Ordinal),
            6 => good.Replace("\"2026-07-28\"", random.Pick(wrong), StringComparison.Ordinal),
            7 => good.Replace("\"arguments\":{", $"\"arguments\":{random.Pick(wrong)},\"x\":{{", StringComparison.Ordinal),
            8 => good.Replace($"\"{member}\":", $"\"{char.ToUpperInvariant(member[0])}{member[1..]}\":", StringComparison.Ordinal),
            9 => good.Replace($"\"{member}\":", $"\"{member.ToUpperInvariant()}\":{random.Pick(wrong)},\"{member}\":", StringComparison.Ordinal),
            10 => new string('[', random.Between(1, 5_000)),
            _ => $"[{good},{good}]",
        };
        var bytes = Encoding.UTF8.GetBytes(broken);
        for (var n = random.Next(3); n > 0 && bytes.Length > 0; n--)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        }

        return bytes;
    }
}
