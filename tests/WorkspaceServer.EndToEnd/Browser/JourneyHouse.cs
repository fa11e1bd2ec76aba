using System.Collections.Concurrent;
using Microsoft.Playwright;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;
using Xunit;

namespace WorkspaceServer.EndToEnd.Browser;

/// <summary>One server with a workspace that has tables and a member of each role, all signed in, and one window for each of them.</summary>
public sealed class JourneyHouse : IAsyncLifetime
{
    internal const int Bills = 130;

    private const int MostMilliseconds = 10_000;

    private readonly ConcurrentDictionary<string, WatchedPage> windows = [];
    private readonly Dictionary<string, TestBrowser> sessions = [];

    internal OAuthHouse House { get; private set; } = null!;

    internal string Home => "/w/" + House.Workspace;

    public async ValueTask InitializeAsync()
    {
        House = await OAuthHouse.StartAsync();
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
    }

    /// <summary>The one window of this person, or of nobody.</summary>
    internal async Task<WatchedPage> WindowAsync(BrowserFixture browser, string who, int width)
    {
        if (!windows.TryGetValue(who, out var window))
        {
            window = await browser.OpenAsync(at: House.Server);
            if (sessions.TryGetValue(who, out var session))
            {
                await window.Page.Context.AddCookiesAsync(session.Cookies.Select(cookie => new Cookie { Name = cookie.Key, Value = cookie.Value, Url = new UriBuilder(House.Server.Url) { Host = "localhost" }.Uri.ToString() }));
            }

            window.Page.SetDefaultTimeout(MostMilliseconds);
            windows[who] = window;
        }

        window.Forget();
        await window.Page.SetViewportSizeAsync(width, 900);
        return window;
    }

    /// <summary>A window of the owner's at the address that the server knows as its own. All the others are at another name for it.</summary>
    internal async Task<WatchedPage> OpenAtOriginAsync(BrowserFixture browser)
    {
        var origin = new Uri(House.Origin);
        var window = await browser.OpenAsync(at: House.Server, host: origin.Host);
        await window.Page.Context.AddCookiesAsync(sessions["owner"].Cookies.Select(cookie => new Cookie { Name = cookie.Key, Value = cookie.Value, Url = origin.ToString() }));
        window.Page.SetDefaultTimeout(MostMilliseconds);
        return window;
    }

    private async Task LoadAsync(TableSchema schema, SqlValue[][] rows)
    {
        var gateway = House.Server.Workspaces.Gateway;
        var load = await gateway.BeginLoadAsync(House.Server.Workspace, schema, default);
        await gateway.AppendAsync(House.Server.Workspace, load, rows, default);
        await gateway.CommitLoadAsync(House.Server.Workspace, load, default);
    }
}
