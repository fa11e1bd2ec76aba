using System.Text.Json;
using Microsoft.Playwright;
using Xunit;

namespace WorkspaceServer.EndToEnd.Browser;

/// <summary>What the test client does with answers that this server does not give, but MCP has: sessions, plain JSON, fields of all kinds, limits.</summary>
[Collection(BrowserCollection.Name)]
public sealed class TestClientTests(BrowserFixture browser)
{
    private const string Tools = """
        {"tools":[{"name":"<b>all</b>","description":"<i>kinds</i>","inputSchema":{"type":"object","required":["text","list"],"properties":{
          "text":{"type":"string","maxLength":20},"whole":{"type":"integer","minimum":1,"default":5},"yes":{"type":"boolean"},"one":{"enum":["a","b"]},"list":{"type":"array"},"thing":{"type":["object","null"]}}}}]}
        """;

    private readonly List<IRequest> calls = [];

    [Fact]
    public async Task ItKeepsTheSession_SendsEachKindAsItself_AndSaysWhatTheServerSays()
    {
        await using var window = await browser.OpenAsync();
        var page = window.Page;
        var refusal = 0;
        await page.RouteAsync("**/mcp", async route =>
        {
            calls.Add(route.Request);
            await route.FulfillAsync(AnswerTo(JsonElement.Parse(route.Request.PostData!), refusal));
        });
        await page.GotoAsync("/gallery/w-client-test");
        await page.Locator("#mcp-revision").SelectOptionAsync("2025-11-25");
        await page.Locator("#mcp-token").FillAsync("two words");
        await page.Keyboard.PressAsync("Enter");
        await page.GetByText("This is no token").WaitForAsync();
        Assert.Empty(calls);
        await page.Locator("#mcp-token").FillAsync("made-up");
        await page.Keyboard.PressAsync("Enter");
        await page.Locator("#mcp-3.is-ok").GetByText("Tools: 1").WaitForAsync();
        await page.GetByText("<i>kinds</i>").WaitForAsync();

        await page.Locator("#mcp-argument-0").FillAsync("x");
        await page.Locator("#mcp-argument-1").FillAsync("7");
        await page.Locator("#mcp-argument-2").SelectOptionAsync("false");
        await page.Locator("#mcp-argument-4").FillAsync("{}");
        await page.Locator("#mcp-argument-4").PressAsync("Tab");
        await CallAsync(page);
        Assert.Equal("This is not JSON of the kind asked for.", await page.Locator("#mcp-argument-4").EvaluateAsync<string>("field => field.validationMessage"));
        await page.Locator("#mcp-argument-4").FillAsync("[1, \"two\"]");
        await CallAsync(page);
        await page.Locator("[data-part=structured]").GetByText("12345678901234567890.50").WaitForAsync();

        Assert.Equal(["initialize", "notifications/initialized", "tools/list", "tools/call"], calls.Select(call => JsonElement.Parse(call.PostData!).GetProperty("method").GetString()));
        Assert.Equal("""{"name":"<b>all</b>","arguments":{"text":"x","whole":7,"yes":false,"list":[1,"two"]},"_meta":{"progressToken":3}}""", JsonElement.Parse(calls[3].PostData!).GetProperty("params").GetRawText());
        Assert.Equal([false, true, true, true], calls.Select(call => call.Headers.GetValueOrDefault("mcp-session-id") == "session-1" && call.Headers.GetValueOrDefault("mcp-protocol-version") == "2025-06-18"));
        Assert.All(calls, call => Assert.Equal(("Bearer made-up", false), (call.Headers["authorization"], call.Headers.ContainsKey("cookie"))));
        await window.AssertSoundAsync("fields of all kinds");

        foreach (var (status, words) in (ValueTuple<int, string>[])[(429, "Too many calls (429). Try again in 17 seconds."), (404, "The server has forgotten this session (404). Connect again."), (500, "The server answered with status 500. Try later <b>please</b>"), (1, "The server could not be reached."), (200, "The server refused the call: No (-32602)")])
        {
            refusal = status;
            await CallAsync(page);
            await page.GetByText(words).WaitForAsync();
        }
    }

    /// <summary>A stream is shown as it comes, in the revision without sessions too; the person stops it, and the server sees that it was closed.</summary>
    [Theory]
    [InlineData("2026-07-28")]
    [InlineData("2025-11-25")]
    public async Task WhatComesBeforeTheAnswerIsShownAtOnce_AndACallIsStopped(string revision)
    {
        await using var server = await StreamingServer.StartAsync();
        await using var window = await browser.OpenAsync(390);
        var page = window.Page;
        await page.RouteAsync("**/mcp", route => route.ContinueAsync(new RouteContinueOptions { Url = server.Url }));
        await page.GotoAsync("/gallery/w-client-test");
        Assert.Equal("2026-07-28", await page.Locator("#mcp-revision").InputValueAsync());
        await page.Locator("#mcp-revision").SelectOptionAsync(revision);
        await page.Locator("#mcp-token").FillAsync("made-up");
        await page.Keyboard.PressAsync("Enter");
        await page.Locator("#mcp-3.is-ok").GetByText("Tools: 1").WaitForAsync();
        await CallAsync(page);

        // The answer is not there, and the server waits for the test.
        await page.Locator("[data-part=doing]").GetByText("half <b>done</b>").WaitForAsync();
        await page.GetByText("3 of 6").WaitForAsync();
        Assert.Equal(0.5, await page.Locator("[data-part=bar]").EvaluateAsync<double>("bar => bar.position"));
        await page.Locator("[data-part=notes]").GetByText("notifications/message {\"level\":\"info\",\"data\":\"नमस्ते\"}").WaitForAsync();
        await window.AssertSoundAsync("a call under way");
        await PagesTests.DrawAsync(page, "motion-test-client-call", 390, ColorScheme.Light);
        server.GoOn.SetResult();
        await page.Locator("[data-part=text]").GetByText("all of it").WaitForAsync();
        Assert.True(await page.Locator("[data-part=progress]").IsHiddenAsync());

        server.GoOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await CallAsync(page);
        await page.Locator("[data-part=doing]").GetByText("half <b>done</b>").WaitForAsync();
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Stop the call" }).ClickAsync();
        await page.GetByText("You stopped this call.").WaitForAsync();
        await server.Closed.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        if (revision == "2025-11-25")
        {
            Assert.Equal("""{"requestId":4,"reason":"Stopped by the person"}""", await server.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        }

        var isStateless = revision == "2026-07-28";
        Assert.Equal(isStateless ? "server/discover, tools/list, tools/call, tools/call" : "initialize, notifications/initialized, tools/list, tools/call, tools/call, notifications/cancelled", string.Join(", ", server.Methods));
        Assert.All(server.Heads, head => Assert.Equal(isStateless ? "2026-07-28" : "", head));
        window.Forget();
    }

    /// <summary>A form that no script takes care of would send what is typed into it as an address.</summary>
    [Fact]
    public async Task WithoutScriptThereIsNoForm_AndTheSameCallForATerminal()
    {
        await using var window = await browser.OpenAsync(390, script: false);
        await window.Page.GotoAsync("/gallery/w-client-test");

        Assert.False(await window.Page.Locator("#mcp-token").IsVisibleAsync());
        Assert.Null(await window.Page.Locator("#mcp-token").GetAttributeAsync("name"));
        Assert.Contains("curl https://ws.kesarvan.example/mcp", await window.Page.Locator("pre.code:visible").InnerTextAsync(), StringComparison.Ordinal);
        await PagesTests.DrawAsync(window.Page, "w-client-test-terminal", 390, ColorScheme.Light);
    }

    private static Task CallAsync(IPage page) => page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Call", Exact = true }).ClickAsync();

    private static RouteFulfillOptions AnswerTo(JsonElement message, int refusal)
    {
        var id = message.TryGetProperty("id", out var given) ? given.GetRawText() : "";
        string Result(string json) => $$$"""{"jsonrpc":"2.0","id":{{{id}}},"result":{{{json}}}}""";
        return (message.GetProperty("method").GetString(), refusal) switch
        {
            ("initialize", _) => new RouteFulfillOptions { Headers = Head(name: "Mcp-Session-Id", value: "session-1"), Body = Result("""{"protocolVersion":"2025-06-18","capabilities":{},"serverInfo":{"name":"made-up","version":"9"}}""") },
            ("notifications/initialized", _) => new RouteFulfillOptions { Status = 202 },
            ("tools/list", _) => new RouteFulfillOptions { Headers = Head("text/event-stream; charset=utf-8"), Body = $": hello\r\n\r\nevent: message\r\ndata: {{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\"}}\r\n\r\ndata: {Result(Tools.ReplaceLineEndings(" "))}\r\n\r\n" },
            (_, 0) => new RouteFulfillOptions { Headers = Head(), Body = Result("""{"content":[],"structuredContent":{"sum":12345678901234567890.50}}""") },
            (_, 200) => new RouteFulfillOptions { Headers = Head(), Body = $$$"""{"jsonrpc":"2.0","id":{{{id}}},"error":{"code":-32602,"message":"No"}}""" },
            (_, 1) => new RouteFulfillOptions { Status = 302, Headers = Head(name: "Location", value: "/") },
            var (_, status) => new RouteFulfillOptions { Status = status, Headers = Head(name: "Retry-After", value: "17"), Body = """{"detail":"Try later <b>please</b>"}""" },
        };
    }

    private static Dictionary<string, string> Head(string type = "application/json", string name = "X-Made", string value = "up") => new() { ["Content-Type"] = type, [name] = value };
}
