using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using WorkspaceServer.Age;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;
using Xunit;

namespace WorkspaceServer.EndToEnd.Browser;

/// <summary>One server with a workspace that has tables and a member of each role, all signed in, and one window for each of them. Who changes something there that others look at puts it back.</summary>
public sealed class JourneyHouse : IAsyncLifetime
{
    internal const int Bills = 130;

    private const int MostMilliseconds = 10_000;

    private readonly ConcurrentDictionary<string, WatchedPage> windows = [];
    private readonly Dictionary<string, TestBrowser> sessions = [];
    private int people;

    private readonly TemporaryFolder folder = new();
    private readonly AgeIdentity backups = AgeIdentity.Create();

    internal OAuthHouse House { get; private set; } = null!;

    private Uri ByName => new UriBuilder(House.Server.Url) { Host = "localhost" }.Uri;

    internal string Home => "/w/" + House.Workspace;

    public async ValueTask InitializeAsync()
    {
        House = await OAuthHouse.StartAsync(backup: new Dictionary<string, string?> { ["Backup:Directory"] = folder.File("store"), ["Backup:Recipients:0"] = backups.Recipient.ToString() });
        sessions["owner"] = House.Browser;
        foreach (var role in (Role[])[Role.Admin, Role.Member, Role.Viewer])
        {
            var name = Roles.NameOf(role);
            House.Join((await House.Accounts.AddAsync($"{name}@example.in")).Id, role);
            sessions[name] = await House.Accounts.SignInAsync($"{name}@example.in");
        }

        var devika = await House.Accounts.AddAsync("devika@example.in", SystemRole.SuperAdmin);
        sessions["operator"] = await House.Accounts.SignInAsync((await House.Accounts.EnrolAsync(devika)).Key, "devika@example.in");
        await LoadAsync(new TableSchema("parties", [new("code", ColumnType.Text), new("name", ColumnType.Text), new("pan", ColumnType.Text)], "code"), [["P1", "रमेश ट्रेडर्स", "AAAPL1234C"], ["P2", "Nirmal Textiles", "BBBPL1234C"]]);
        await LoadAsync(
            new TableSchema("bills", [new("number", ColumnType.Integer), new("party", ColumnType.Text, null, "parties.code"), new("day", ColumnType.Date), new("amount", ColumnType.Decimal)], "number"),
            [.. Enumerable.Range(1, Bills).Select(i => new SqlValue[] { (long)i, i % 2 == 0 ? "P2" : "P1", $"2026-0{1 + (i % 3)}-15", i * 100.5 })]);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var window in windows.Values)
        {
            await window.DisposeAsync();
        }

        await House.DisposeAsync();
        backups.Dispose();
        folder.Dispose();
    }

    /// <summary>An address that nobody has yet.</summary>
    internal string NewEmail(string of) => $"{of}-{Interlocked.Increment(ref people)}@example.in";

    /// <summary>Somebody new, signed in: in the workspace, if they have a role there.</summary>
    /// <returns>What they are called here, and their id.</returns>
    internal async Task<(string Who, string Id)> ArriveAsync(string of, Role? role = null)
    {
        var person = await House.Accounts.AddAsync(NewEmail(of));
        var who = person.Email.Split('@')[0];
        if (role is { } given)
        {
            House.Join(person.Id, given);
        }

        sessions[who] = await House.Accounts.SignInAsync(person.Email);
        return (who, person.Id);
    }

    /// <summary>Signs them in once more, after all their sessions ended.</summary>
    internal async Task ComeBackAsync(Visitor visitor, string who) => await TakeAsync(visitor.Window, sessions[who] = await House.Accounts.SignInAsync($"{who}@example.in"), ByName);

    /// <summary>The session of this person without a window.</summary>
    internal TestBrowser SessionOf(string who) => sessions[who];

    /// <summary>Somebody at their window, with a page of the workspace open.</summary>
    internal async Task<Visitor> VisitAsync(BrowserFixture browser, string who, int width, string path)
    {
        var visitor = new Visitor(await WindowAsync(browser, who, width), who, Home);
        await visitor.OpenAsync(path);
        return visitor;
    }

    /// <summary>What an AI client with this token gets when it asks for something.</summary>
    internal async Task<(HttpStatusCode Status, string Body)> CallAsync(string token, string message)
    {
        using var answer = await House.Server.SendAsync(HttpMethod.Post, "/mcp", token, new StringContent(message, Encoding.UTF8, "application/json"), McpCalls.Accept);
        return (answer.StatusCode, McpCalls.Body(await answer.Content.ReadAsStringAsync()));
    }

    /// <summary>The names of the tools that an AI client with this token sees; none if it is not let in.</summary>
    internal async Task<IReadOnlyList<string>> ToolsAsync(string token)
    {
        var (status, body) = await CallAsync(token, McpCalls.ListTools);
        return status == HttpStatusCode.OK ? [.. JsonElement.Parse(body).GetProperty("result").GetProperty("tools").EnumerateArray().Select(tool => tool.GetProperty("name").GetString()!)] : [];
    }

    /// <summary>The one window of this person, or of nobody.</summary>
    internal async Task<WatchedPage> WindowAsync(BrowserFixture browser, string who, int width)
    {
        if (!windows.TryGetValue(who, out var window))
        {
            windows[who] = window = await OpenAsync(browser, who, width);
        }

        window.Forget();
        await window.BecomeAsync(width);
        return window;
    }

    /// <summary>A window more of this person, or of nobody.</summary>
    /// <param name="atOrigin">At the address that the server knows as its own. All the others are at another name for it.</param>
    internal async Task<WatchedPage> OpenAsync(BrowserFixture browser, string who, int width, bool script = true, bool atOrigin = false)
    {
        var at = atOrigin ? new Uri(House.Origin) : ByName;
        var window = await browser.OpenAsync(width, WatchedPage.ThemeOf(width), script, House.Server, at.Host);
        if (sessions.TryGetValue(who, out var session))
        {
            await TakeAsync(window, session, at);
        }

        window.Page.SetDefaultTimeout(MostMilliseconds);
        return window;
    }

    private static Task TakeAsync(WatchedPage window, TestBrowser session, Uri at) =>
        window.Page.Context.AddCookiesAsync(session.Cookies.Select(cookie => new Microsoft.Playwright.Cookie { Name = cookie.Key, Value = cookie.Value, Url = at.ToString() }));

    private async Task LoadAsync(TableSchema schema, SqlValue[][] rows)
    {
        var gateway = House.Server.Workspaces.Gateway;
        var load = await gateway.BeginLoadAsync(House.Server.Workspace, schema, default);
        await gateway.AppendAsync(House.Server.Workspace, load, rows, default);
        await gateway.CommitLoadAsync(House.Server.Workspace, load, default);
    }
}
