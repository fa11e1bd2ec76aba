using System.Diagnostics;
using Microsoft.Playwright;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Tables.Console;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;
using Xunit;

namespace WorkspaceServer.EndToEnd.Browser;

/// <summary>Texts that would be scripts if a page let them, stored wherever a text can be stored: shown as they are, and nothing runs.</summary>
[Collection(BrowserCollection.Name)]
public sealed class HostileTextTests(BrowserFixture browser, HostileTextTests.House house) : IClassFixture<HostileTextTests.House>
{
    // What breaks out of each place that a text can stand in, and what runs once it is out.
    private static readonly string[] WaysOut = ["", "\">", "'>", "</title></textarea></script>", "--><!-- -->"];

    private static readonly string[] Runs =
    [
        "<script>pwned=1</script>", "<img src=x onerror=pwned=1>", "<svg onload=pwned=1>", "<iframe srcdoc='<script>top.pwned=1</script>'>", "<details open ontoggle=pwned=1>",
        "<a href=javascript:pwned=1>go</a>", "<math><mi//xlink:href=\"data:x,<script>pwned=1</script>\">", "<style>*{background:url(//evil.example)}</style>",
        "<body onpageshow=pwned=1>", "<input autofocus onfocus=pwned=1>", "<base href=//evil.example>", "<form action=//evil.example><button>ok", "<meta http-equiv=refresh content=0;//evil.example>",
        "<object data=javascript:pwned=1>", "&lt;script&gt;pwned=1&lt;/script&gt;", "{{constructor.constructor('pwned=1')()}}", "@(pwned=1)", "\u202e<b onclick=pwned=1>txt.exe",
    ];

    private static readonly string[] Texts = [.. WaysOut.SelectMany(way => Runs.Select(run => way + run))];

    private List<string> dialogs = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Home => "/w/" + house.Workspace;

    [Fact]
    [Trait("claim", "A69")]
    public async Task TheyAreShownAsTheyAre_AndNothingRuns()
    {
        await using var window = await browser.OpenAsync(at: house.Accounts.Server);
        dialogs = [];
        window.Page.Dialog += async (_, dialog) =>
        {
            dialogs.Add(dialog.Message);
            await dialog.DismissAsync();
        };
        await window.Page.SetExtraHTTPHeadersAsync([KeyValuePair.Create("User-Agent", Texts[2])]);
        await window.Page.GotoAsync("/sign-in");
        await window.Page.Locator("#email").FillAsync("asha@example.in");
        await window.Page.Locator("#password").FillAsync(AccountsServer.Password);
        await window.Page.Keyboard.PressAsync("Enter");
        await window.Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "Your workspaces" }).WaitForAsync();

        string[] frame = [Texts[0], Texts[1]];
        await ShowsAsync(window, "/", frame);
        await ShowsAsync(window, "/account/sessions", [Texts[1]]);
        foreach (var path in (string[])["", "/activity", "/agents", "/backups", "/team", "/clients", "/settings", "/support", "/access-review"])
        {
            await ShowsAsync(window, Home + path, frame);
        }

        await ShowsAsync(window, Home + "/tables", [.. frame, Texts[3], Texts[4]]);
        await ShowsAsync(window, Home + "/privacy?table=described", Texts);
        await ShowsAsync(window, Home + "/tokens", Texts);
        await ShowsAsync(window, Home + "/sql", Texts);
        await ShowsAsync(window, Home + "/audit", frame);
        await window.Page.Locator("a[href*='entry=']").First.ClickAsync();
        await SafeAsync(window, "an entry of the audit log");
        await CellsAsync(window);
    }

    /// <summary>Names are where texts go into SQL, so those of tables and columns take none of this in the first place.</summary>
    [Fact]
    [Trait("claim", "A69")]
    public async Task NoneOfThemCanBeTheNameOfATableOrAColumn()
    {
        foreach (var text in Texts)
        {
            await Assert.ThrowsAsync<ProblemException>(() => house.LoadAsync(new TableSchema(text, [new ColumnSchema("x", ColumnType.Text)]), []));
            await Assert.ThrowsAsync<ProblemException>(() => house.LoadAsync(new TableSchema("x", [new ColumnSchema(text, ColumnType.Text)]), []));
        }
    }

    /// <summary>All pages of the grid together show every text.</summary>
    private async Task CellsAsync(WatchedPage window)
    {
        var shown = "";
        await window.Page.GotoAsync(Home + "/tables/cells");
        for (var pages = 0; pages < 20; pages++)
        {
            await SafeAsync(window, "the grid");
            shown += await TextOfAsync(window.Page);
            var next = window.Page.Locator(".pager a:has-text('Next')");
            if (await next.CountAsync() == 0)
            {
                break;
            }

            await next.ClickAsync();
        }

        Assert.All(Texts, text => Assert.Contains(text, shown, StringComparison.Ordinal));
    }

    private async Task ShowsAsync(WatchedPage window, string path, string[] texts)
    {
        var answer = await window.Page.GotoAsync(path);
        Assert.True(answer!.Ok, $"{path}: {answer.Status}");
        await SafeAsync(window, path);
        var shown = await TextOfAsync(window.Page);
        Assert.All(texts, text => Assert.True(shown.Contains(text, StringComparison.Ordinal), $"{path} does not show {text}"));
    }

    private async Task SafeAsync(WatchedPage window, string what)
    {
        Assert.Empty(dialogs);
        Assert.True(window.Wrong.Count == 0, $"{what}: {string.Join('\n', window.Wrong)}");
        Assert.True(await window.Page.EvaluateAsync<bool>("() => typeof pwned === 'undefined' && !document.querySelector('script:not([src]), iframe, object, base, math, [onerror], [onload], [onclick], [onfocus], [ontoggle], [href^=\"javascript\"]')"), what);
    }

    /// <summary>Everything that a reader sees, and what stands in fields.</summary>
    private static Task<string> TextOfAsync(IPage page) => page.EvaluateAsync<string>("() => document.documentElement.textContent + [...document.querySelectorAll('input, textarea')].map(field => '\\n' + field.value).join('')");

    /// <summary>A server that holds all of them, wherever it keeps texts.</summary>
    public sealed class House : IAsyncLifetime
    {
        internal AccountsServer Accounts { get; private set; } = null!;

        internal WorkspaceId Workspace { get; private set; }

        public async ValueTask InitializeAsync()
        {
            Debug.Assert(Texts.Length >= 80, "claim A69 asks for 50");
            Accounts = await AccountsServer.StartAsync();
            Workspace = Accounts.Server.Workspaces.Create(Texts[0]);
            var person = await Accounts.AddAsync();
            using (var connection = Accounts.Server.Workspaces.Control.Open())
            {
                connection.Execute("UPDATE person SET name = @name", ("@name", Texts[1]));
                MembershipStore.Add(connection, Workspace, person.Id, Role.Owner, Accounts.Clock.GetUtcNow());
            }

            Accounts.Server.Workspaces.Changes.Changed();
            await LoadAsync(new TableSchema("cells", [new ColumnSchema("text", ColumnType.Text)], Description: Texts[3], Source: Texts[4]), Texts);
            await LoadAsync(new TableSchema("described", [.. Texts.Select((text, i) => new ColumnSchema($"c{i}", ColumnType.Text, text))]), ["x"]);
            var questions = Accounts.Server.Get<QuestionStore>();
            foreach (var (text, i) in Texts.Select((text, i) => (text, i)))
            {
                Assert.True(questions.Save(Workspace, new SavedQuestion($"{i:x32}", text, text, person.Id, "", Accounts.Clock.GetUtcNow()), new AuditEntry(AuditActions.QuestionSaved) { Workspace = Workspace }));
                questions.AddRun(Workspace, person.Id, new QuestionRun(0, text, Accounts.Clock.GetUtcNow(), "ok", 1, 1));
                Accounts.Server.Tokens.Create(Workspace, text);
            }
        }

        public ValueTask DisposeAsync() => Accounts.DisposeAsync();

        internal async Task LoadAsync(TableSchema schema, string[] firstCells)
        {
            var gateway = Accounts.Server.Workspaces.Gateway;
            var load = await gateway.BeginLoadAsync(Workspace, schema, Cancel);
            await gateway.AppendAsync(Workspace, load, [.. firstCells.Select(cell => (SqlValue[])[cell, .. schema.Columns.Skip(1).Select(_ => (SqlValue)"x")])], Cancel);
            await gateway.CommitLoadAsync(Workspace, load, Cancel);
        }
    }
}
