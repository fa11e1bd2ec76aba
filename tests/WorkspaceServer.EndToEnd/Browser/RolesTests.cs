using Microsoft.Playwright;
using Xunit;

namespace WorkspaceServer.EndToEnd.Browser;

/// <summary>Each role walks the whole menu by clicking, on a desk and on a phone; what is not in it answers plainly when its address is typed.</summary>
[Collection(JourneyCollection.Name)]
public sealed class RolesTests(BrowserFixture browser, JourneyHouse house)
{
    private const int Desk = WatchedPage.Desk;
    private const int Phone = WatchedPage.Phone;

    /// <summary>All pages of a workspace: what the menu calls them, where they are, and the least role that has them.</summary>
    private static readonly (string Label, string Path, int Least)[] Pages =
    [
        ("Overview", "", 0), ("Tables", "/tables", 0), ("SQL", "/sql", 0),
        ("Agents", "/agents", 1), ("AI clients", "/clients", 1), ("Proposals", "/proposals", 1), ("Tokens", "/tokens", 1), ("Team", "/team", 1), ("Backups", "/backups", 1),
        ("Activity", "/activity", 2), ("Column privacy", "/privacy", 2), ("Access review", "/access-review", 2), ("Support", "/support", 2), ("Audit", "/audit", 2), ("Settings", "/settings", 2),
    ];

    private static readonly (string Label, string Path)[] OperatorPages =
    [
        ("All workspaces", "/workspaces"), ("People", "/people"), ("Closures", "/closures"), ("All backups", "/backups"), ("Support given", "/support"), ("AI switch", "/ai"), ("Doctor", "/doctor"),
        ("Controls", "/controls"), ("Limits", "/limits"),
    ];

    /// <summary>What there is to press on a page, and the least role to which it is offered.</summary>
    private static readonly (string Path, string Selector, int Least)[] Controls =
    [
        ("/tables", "a[href$='/upload']", 1), ("/tables/bills", "a[href*='/export']", 1), ("/tables/bills", "form[action$='/sql/selection']", 0), ("/sql", "button[formaction$='/sql/csv']", 1),
        ("/sql", "button[formaction$='/sql/save']", 0), ("/agents", "form[action$='/agents']", 2), ("/clients", "form[action$='/stop']", 2), ("/tokens", "form[action$='/tokens']", 1),
        ("/team", "a[href$='/team/invite']", 2), ("/team", "a[href$='/roles/new']", 2), ("/audit", "a[href*='/export']", 2), ("/privacy", "form[action$='/privacy']", 2), ("/settings", "form[action$='/settings']", 2),
    ];

    [Theory]
    [InlineData("viewer", 0)]
    [InlineData("member", 1)]
    [InlineData("admin", 2)]
    [InlineData("owner", 3)]
    [Trait("claim", "A54")]
    [Trait("claim", "A57")]
    public async Task AMemberSeesWhatTheirRoleHas_AndNothingElse(string role, int rank)
    {
        var window = await house.WindowAsync(browser, role, Desk);
        var page = window.Page;
        await page.GotoAsync(house.Home);
        var menu = await page.Locator(".sidebar nav a").EvaluateAllAsync<string[]>("links => links.map(link => link.getAttribute('href'))");
        Assert.Equal(Pages.Where(each => each.Least <= rank).Select(each => house.Home + each.Path).Order(), menu.Where(href => href.StartsWith("/w/", StringComparison.Ordinal)).Order());
        foreach (var (each, i) in Pages.Select((each, i) => (each, i)))
        {
            if (each.Least <= rank)
            {
                // From a page that answered with a refusal there is no menu.
                await (await page.Locator(".sidebar").CountAsync() == 0 ? page.GotoAsync(house.Home) : Task.CompletedTask);
                await ClickAsync(window, each.Label, i % 2 == 0 ? Desk : Phone);
                await LookAsync(window, $"{role} at {each.Label}", i % 2 == 0 ? Phone : Desk, whole: rank is 0 or 3);
            }
            else
            {
                Assert.Equal(403, (await page.GotoAsync(house.Home + each.Path))!.Status);
                await page.GetByText("Your role in this workspace does not allow it.").WaitForAsync();
                Assert.Empty(window.Wrong);
            }
        }

        await page.GotoAsync(house.Home);

        Assert.Equal(403, (await page.GotoAsync("/operator/people"))!.Status);
        await page.GetByText("This is for those who run the server.").WaitForAsync();
        await window.AssertSoundAsync($"{role}, refused");
    }

    [Theory]
    [InlineData("viewer", 0)]
    [InlineData("member", 1)]
    [InlineData("admin", 2)]
    [InlineData("owner", 3)]
    public async Task WhatARoleMayNotDoIsNotOffered(string role, int rank)
    {
        var window = await house.WindowAsync(browser, role, Desk);
        foreach (var path in Controls.GroupBy(each => each.Path).Where(path => Pages.Any(page => page.Path.Length > 0 && path.Key.StartsWith(page.Path, StringComparison.Ordinal) && page.Least <= rank)))
        {
            await window.Page.GotoAsync(house.Home + path.Key);
            foreach (var (_, selector, least) in path)
            {
                Assert.Equal((path.Key, selector, least <= rank), (path.Key, selector, await window.Page.Locator(selector).CountAsync() > 0));
            }
        }
    }

    [Fact]
    public async Task WhoRunsTheServerSeesItsPages_AndNoWorkspaceFromWithin()
    {
        var window = await house.WindowAsync(browser, "operator", Desk);
        await window.Page.GotoAsync("/");
        foreach (var ((label, path), i) in OperatorPages.Select((each, i) => (each, i)))
        {
            await ClickAsync(window, label, i % 2 == 0 ? Desk : Phone);
            Assert.EndsWith("/operator" + path, window.Page.Url, StringComparison.Ordinal);
            await LookAsync(window, $"operator at {label}", i % 2 == 0 ? Phone : Desk);
        }

        foreach (var each in Pages)
        {
            Assert.Equal(404, (await window.Page.APIRequest.GetAsync(new Uri(new Uri(window.Page.Url), house.Home + each.Path).ToString(), new APIRequestContextOptions { Headers = new Dictionary<string, string> { ["Accept"] = "text/html" } })).Status);
        }

        Assert.Equal(404, (await window.Page.GotoAsync(house.Home + "/tables"))!.Status);
        await window.AssertSoundAsync("operator, refused");
    }

    [Theory]
    [InlineData(Desk)]
    [InlineData(Phone)]
    public async Task WhoIsNotSignedInIsAskedTo_AndComesToWhatTheyAskedFor(int width)
    {
        var window = await house.WindowAsync(browser, "nobody", width);
        await window.Page.GotoAsync(house.Home + "/tables/bills?sort=amount");
        await window.Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "Sign in" }).WaitForAsync();
        Assert.Contains("return_to=", window.Page.Url, StringComparison.Ordinal);
        Assert.Equal(0, await window.Page.Locator("a[href^='/w/'], a[href^='/operator']").CountAsync());
        await window.AssertSoundAsync("nobody");
        foreach (var path in (string[])["/operator/people", "/account", house.Home, house.Home + "/audit"])
        {
            await window.Page.GotoAsync(path);
            Assert.Contains("/sign-in?return_to=" + Uri.EscapeDataString(path), window.Page.Url, StringComparison.OrdinalIgnoreCase);
        }

        Assert.Empty(window.Wrong);
    }

    private static async Task ClickAsync(WatchedPage window, string label, int width)
    {
        await window.BecomeAsync(width);
        if (width == Phone)
        {
            await window.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Menu" }).ClickAsync();
        }

        await window.Page.Locator(".sidebar nav").GetByRole(AriaRole.Link, new LocatorGetByRoleOptions { Name = label, Exact = true }).ClickAsync();
        await window.Page.Locator($".sidebar nav a[aria-current=page]:has-text('{label}')").WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Attached });
        await window.AssertFitsAsync($"{label} at {width} px");
    }

    /// <param name="whole">With axe: once for those who have the least and once for those who have all, which are all the pages there are.</param>
    private static async Task LookAsync(WatchedPage window, string what, int width, bool whole = true)
    {
        await window.BecomeAsync(width);
        await (whole ? window.AssertSoundAsync($"{what}, {width} px") : window.AssertFitsAsync($"{what}, {width} px"));
    }
}
