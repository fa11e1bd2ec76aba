using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using System.Text.RegularExpressions;
using WorkspaceServer.Dashboard.Languages;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;
using Xunit;

namespace WorkspaceServer.Tests.Dashboard.Languages;

/// <summary>Every page that the server itself answers with, in a made-up language: nothing of it is English but names.</summary>
public sealed partial class PagesInAnotherLanguageTests : IAsyncLifetime
{
    private const string Stored = "{0} <b>Save</b> ";

    // What is called so in every language: what this test stored, programs, formats, units, scopes and settings.
    private static readonly string[] Names =
    [
        "· Workspace Server", "Workspace Server", "asha@example.in", "Asha", "Sharma & Sons", "security@sharma.example", "127.0.0.1", "localhost", "anonymous", "Books", "parties", "place", "name", Stored.Trim(),
        "nginx files", "data folder", "sandbox", "nginx", "proxy", "firewall", "fail2ban", "ssh", "updates", "ChatGPT", "Claude Code", "Claude", "Cursor", "VS Code", "CSV", "Excel", "SQL", "Firefox", "Linux",
    ];

    private AccountsServer house = null!;
    private WorkspaceId workspace;
    private byte[] key = [];

    public async ValueTask InitializeAsync()
    {
        house = await AccountsServer.StartAsync(change: (services, _) => services.AddSingleton(new LanguageChoice(PseudoLanguage.Language)));
        workspace = house.Server.Workspaces.Create(Stored);
        var person = await house.AddAsync(role: SystemRole.SuperAdmin);
        using (var connection = house.Server.Workspaces.Control.Open())
        {
            MembershipStore.Add(connection, workspace, person.Id, Role.Owner, house.Clock.GetUtcNow());
        }

        (key, _) = await house.EnrolAsync(person);
        house.Server.Workspaces.Changes.Changed();
        var gateway = house.Server.Workspaces.Gateway;
        var load = await gateway.BeginLoadAsync(workspace, new TableSchema("parties", [new ColumnSchema("name", ColumnType.Text, Stored), new ColumnSchema("place", ColumnType.Text)], Description: Stored, Source: Stored), TestContext.Current.CancellationToken);
        await gateway.AppendAsync(workspace, load, [[Stored, "Save"]], TestContext.Current.CancellationToken);
        await gateway.CommitLoadAsync(workspace, load, TestContext.Current.CancellationToken);
        house.Server.Tokens.Create(workspace, Stored);
    }

    public ValueTask DisposeAsync() => house.DisposeAsync();

    /// <summary>And what is stored is shown as it is, even if it looks like a place in a text or is one of the texts.</summary>
    [Fact]
    public async Task EachSpeaksTheLanguageThatWasAskedFor()
    {
        var (stranger, owner) = (house.Browser(), await house.SignInAsync(key));
        var wrong = new List<string>();
        var pages = 0;
        owner.Language = stranger.Language = PseudoLanguage.Tag;
        foreach (var path in Paths())
        {
            foreach (var browser in (TestBrowser[])[owner, stranger])
            {
                var page = await browser.GetAsync(path);
                if (page.Body.StartsWith("<!DOCTYPE html>", StringComparison.Ordinal))
                {
                    pages++;
                    wrong.AddRange(PseudoLanguage.Outside(page.Body).Where(text => !IsName(text, path)).Select(text => $"{path}: {text}"));
                }
            }
        }

        Assert.Contains(">Save</", (await owner.GetAsync($"/w/{workspace}/tables/parties")).Body, StringComparison.Ordinal);
        Assert.True(pages > 50, $"only {pages} pages were seen");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Distinct()));
    }

    /// <summary>Programs get English whatever they say they like, and so does who asks for a language that does not exist.</summary>
    [Fact]
    public async Task NobodyElseGetsIt()
    {
        var browser = house.Browser();
        browser.Language = PseudoLanguage.Tag;
        Assert.Contains("⟦Siign iin⟧", System.Net.WebUtility.HtmlDecode((await browser.GetAsync("/sign-in")).Body), StringComparison.Ordinal);
        Assert.Contains("Sign in first.", (await browser.GetAsync($"/api/v1/workspaces/{workspace}/members", "application/json")).Body, StringComparison.Ordinal);
        browser.Language = "fr";
        var page = (await browser.GetAsync("/sign-in")).Body;
        Assert.Contains("<html lang=\"en-IN\"", page, StringComparison.Ordinal);
        Assert.Contains("<h1>Sign in</h1>", page, StringComparison.Ordinal);
    }

    /// <summary>A cell that holds Save is no button. Ids, claims, sizes and versions are no words.</summary>
    private static bool IsName(string text, string path) => (text == "Save" && (path.Contains("/tables", StringComparison.Ordinal) || path.Contains("/privacy", StringComparison.Ordinal)))
        || !Names.Aggregate(NoWord().Replace(text, ""), (rest, name) => rest.Replace(name, "", StringComparison.OrdinalIgnoreCase)).Any(char.IsLetter);

    [GeneratedRegex(@"\b([0-9a-f]{32}|[A-D][0-9]+|[0-9][0-9,.]* (B|KB|MB|GB)|[0-9]+\.[0-9]+\.[0-9]+\+[0-9a-f]+)\b")]
    private static partial Regex NoWord();

    /// <summary>Every address that is read, with this workspace, this table and this column where it names one.</summary>
    private IEnumerable<string> Paths() => house.Server.Endpoints.OfType<RouteEndpoint>()
        .Where(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains("GET") == true)
        .Select(endpoint => "/" + endpoint.RoutePattern.RawText!.TrimStart('/'))
        .Where(path => !path.StartsWith("/api/", StringComparison.Ordinal) && !path.StartsWith("/mcp", StringComparison.Ordinal) && !path.Contains("events", StringComparison.Ordinal))
        .Select(path => Regex.Replace(path.Replace("{workspace}", workspace.ToString(), StringComparison.Ordinal).Replace("{table}", "parties", StringComparison.Ordinal), @"\{[^}]*\}", "none"))
        .Distinct().Order(StringComparer.Ordinal);
}
