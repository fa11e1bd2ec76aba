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
    [InlineData("document.querySelector('.solo').style.paddingTop = '500px'", "it jumped about by 0.")]
    [InlineData("Object.assign(document.querySelector('h1').style, { width: '10px', overflow: 'hidden', whiteSpace: 'nowrap' })", "is cut off")]
    public async Task WhatBarsPeopleIsSeen(string script, string finding)
    {
        var window = await browser.ShowAsync("sign-in");
        await window.Page.EvaluateAsync($"() => {{ {script}; }}");

        var failure = await Assert.ThrowsAnyAsync<XunitException>(() => window.AssertSoundAsync("sign-in"));

        Assert.Contains(finding, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("document.querySelector('form').style.display = 'none'", "")]
    [InlineData("document.querySelector('#password').tabIndex = 1", "has an order of its own")]
    [InlineData("document.querySelector('#password').style.outline = '0'", "has no ring while it has the focus")]
    [InlineData("document.querySelector('h1').style.cursor = 'pointer'", "is for a mouse only")]
    [InlineData("document.querySelector('form').append(document.querySelector('#email').closest('.field'))", "")]
    [InlineData("Object.assign(document.querySelector('#email').closest('form').style, { display: 'flex', flexDirection: 'column-reverse' })", "stands above it")]
    [InlineData("document.body.append(Object.assign(document.createElement('div'), { textContent: 'x' })); Object.assign(document.body.lastChild.style, { position: 'fixed', inset: '0', zIndex: 9 })", "is hidden while it has the focus")]
    [InlineData("document.querySelector('.skip').remove()", "the first stop is not the way past the menu")]
    public async Task WhatBarsAKeyboardIsSeen(string script, string finding)
    {
        var window = await browser.ShowAsync("sign-in");
        await window.Page.EvaluateAsync($"() => {{ {script}; }}");

        var findings = await Record.ExceptionAsync(() => window.AssertReachableAsync("sign-in"));

        Assert.Equal((finding.Length > 0, true), (findings is XunitException, (findings?.Message ?? "").Contains(finding, StringComparison.Ordinal)));
    }

    /// <summary>A part that grows by itself when the page is there already, as a script of ours might make it.</summary>
    [Fact]
    public async Task WhatJumpsByItselfAfterItWasLoadedIsSeen()
    {
        await using var window = await browser.OpenAsync(WatchedPage.Phone);
        await window.Page.RouteAsync("**/assets/app*.js", route => route.FulfillAsync(new RouteFulfillOptions
        {
            ContentType = "text/javascript",
            Body = "requestAnimationFrame(() => setTimeout(() => { document.querySelector('main').style.paddingTop = '500px'; }));",
        }));
        await window.Page.GotoAsync("/gallery/w-clients");

        var failure = await Assert.ThrowsAnyAsync<XunitException>(() => window.AssertSoundAsync("w-clients"));

        Assert.Contains("it jumped about by 0.", failure.Message, StringComparison.Ordinal);
    }

    // In the vendor's place stands a script that does to the page what Turnstile's does: a frame, and a hidden field with the proof.
    [Theory]
    [Trait("claim", "A61")]
    [InlineData("check-register", "/register")]
    [InlineData("check-sign-in", "/sign-in/link")]
    public async Task TheCheckOfPeople_FillsTheForm_FromItsOneOrigin(string page, string action)
    {
        const string Vendor = "https://challenges.cloudflare.com/";
        const string Script = """
            for (const place of document.querySelectorAll('.cf-turnstile')) {
              const frame = Object.assign(document.createElement('iframe'), { src: 'https://challenges.cloudflare.com/frame', title: 'Check' });
              Object.assign(frame.style, { width: '100%', minWidth: '300px', height: '65px', border: '0' });
              const field = Object.assign(document.createElement('input'), { type: 'hidden', name: place.dataset.responseFieldName, value: '0.proof-of-' + place.dataset.action });
              place.append(frame, field);
            }
            """;
        await using var window = await browser.OpenAsync(390);
        await window.Page.RouteAsync(Vendor + "**", route => route.FulfillAsync(new RouteFulfillOptions
        {
            ContentType = route.Request.ResourceType == "script" ? "text/javascript" : "text/html",
            Body = route.Request.ResourceType == "script" ? Script : "<!DOCTYPE html><title>Check</title><p>Success!",
        }));
        await window.Page.GotoAsync("/gallery/" + page, new PageGotoOptions { WaitUntil = WaitUntilState.NetworkIdle });

        Assert.Equal("0.proof-of-" + (page == "check-register" ? "register" : "sign-in-link"), await window.Page.EvaluateAsync<string>($"new FormData(document.querySelector('form[action=\"{action}\"]')).get('challenge')"));
        Assert.Equal(2, window.Wrong.Count);
        Assert.All(window.Wrong, wrong => Assert.StartsWith("another origin: " + Vendor, wrong, StringComparison.Ordinal));
        foreach (var width in new[] { 390, 320 })
        {
            await window.Page.SetViewportSizeAsync(width, 900);
            await window.AssertFitsAsync($"{page} at {width} px");
            await PagesTests.DrawAsync(window.Page, page, width, ColorScheme.Light);
        }

        // Another origin of the same kind stays shut.
        var refused = window.Page.WaitForConsoleMessageAsync(new PageWaitForConsoleMessageOptions { Predicate = message => message.Type == "error" });
        await window.Page.EvaluateAsync("() => document.body.append(Object.assign(document.createElement('script'), { src: 'https://evil.example/x.js' }))");
        Assert.Contains("Content Security Policy", (await refused).Text, StringComparison.Ordinal);
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
