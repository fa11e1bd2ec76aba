using Microsoft.Playwright;
using WorkspaceServer.Dashboard;
using Xunit;
using Xunit.Sdk;

namespace WorkspaceServer.EndToEnd.Browser;

/// <summary>What the pages' headers do in a real browser, and what pages leave in it.</summary>
[Collection(BrowserCollection.Name)]
public sealed class PolicyTests(BrowserFixture browser)
{
    /// <summary>Most bytes on the wire for the first page of a first visit, heads included.</summary>
    private const int MaxFirstVisitBytes = 150_000;

    // Each is tried on a page of ours and must be refused; else the checks of all pages would prove nothing.
    [Theory]
    [Trait("claim", "A54")]
    [Trait("claim", "D20")]
    [InlineData("document.body.setAttribute('style', 'color: red')")]
    [InlineData("document.head.append(Object.assign(document.createElement('style'), { textContent: 'p { color: red }' }))")]
    [InlineData("document.body.append(Object.assign(document.createElement('script'), { src: 'https://cdn.example/x.js' }))")]
    [InlineData("document.body.append(Object.assign(document.createElement('img'), { src: 'https://cdn.example/x.png' }))")]
    [InlineData("document.body.append(Object.assign(document.createElement('iframe'), { src: '/healthz' }))")]
    [InlineData("document.body.innerHTML = '<b>text</b>'")]
    [InlineData("document.body.setAttribute('onclick', 'go()')")]
    public async Task WhatThePolicyForbidsIsRefusedAndSeen(string script)
    {
        await using var window = await browser.OpenAsync();
        await window.Page.GotoAsync("/gallery/sign-in");
        Assert.Empty(window.Wrong);
        var refused = window.Page.WaitForConsoleMessageAsync(new PageWaitForConsoleMessageOptions { Predicate = message => message.Type == "error" });

        await window.Page.EvaluateAsync($"() => {{ try {{ {script}; }} catch {{ }} }}");

        await refused;
        Assert.NotEmpty(window.Wrong);
    }

    // Planted on a sound page; else the checks of all pages would prove nothing.
    [Theory]
    [Trait("claim", "A57")]
    [InlineData("document.querySelector('main').append(document.createElement('input'))", "label")]
    [InlineData("document.querySelector('h1').style.color = '#fffffe'", "color-contrast")]
    [InlineData("document.documentElement.removeAttribute('lang')", "html-has-lang")]
    public async Task WhatBarsPeopleIsSeen(string script, string finding)
    {
        var window = await browser.ShowAsync("sign-in");
        await window.Page.EvaluateAsync($"() => {{ {script}; }}");

        var failure = await Assert.ThrowsAnyAsync<XunitException>(() => window.AssertSoundAsync("sign-in"));

        Assert.Contains(finding, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sign-in", "passkeys.js")]
    [InlineData("team")]
    public async Task TheFirstPageIsLight(string name, params string[] scripts)
    {
        await using var window = await browser.OpenAsync();
        await window.Page.GotoAsync("/gallery/" + name, new PageGotoOptions { WaitUntil = WaitUntilState.NetworkIdle });
        var sizes = await Task.WhenAll(window.Requests.Select(request => request.SizesAsync()));
        var total = sizes.Sum(size => size.ResponseBodySize + size.ResponseHeadersSize);

        TestContext.Current.TestOutputHelper?.WriteLine($"{name}: {total} bytes in {window.Requests.Count} requests");
        Assert.Contains(window.Requests, request => request.Url.EndsWith(PageFiles.UrlOf("app.css"), StringComparison.Ordinal));
        Assert.Equal(scripts.Select(PageFiles.UrlOf), window.Requests.Where(request => request.ResourceType == "script").Select(request => new Uri(request.Url).AbsolutePath));
        Assert.InRange(total, 1, MaxFirstVisitBytes);
    }

    [Fact]
    public async Task ANewVisitAsksForThePageOnly()
    {
        await using var window = await browser.OpenAsync();
        await window.Page.GotoAsync("/gallery/sign-in", new PageGotoOptions { WaitUntil = WaitUntilState.NetworkIdle });
        await window.Page.GotoAsync("/gallery/register", new PageGotoOptions { WaitUntil = WaitUntilState.NetworkIdle });
        var responses = await Task.WhenAll(window.Requests.Where(request => request.Url.Contains("/assets/app-", StringComparison.Ordinal)).Select(request => request.ResponseAsync()));
        var sizes = await Task.WhenAll(responses.Select(response => response!.Request.SizesAsync()));

        Assert.Single(sizes, size => size.ResponseBodySize > 0);
    }
}
