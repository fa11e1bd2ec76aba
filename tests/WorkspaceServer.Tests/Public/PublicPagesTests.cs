using System.Net;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Accounts.Sessions;
using WorkspaceServer.Features.Public;
using WorkspaceServer.Hosting;
using WorkspaceServer.Hosting.Checks;
using WorkspaceServer.Testing;
using WorkspaceServer.Tests.Architecture;
using Xunit;

namespace WorkspaceServer.Tests.Public;

/// <summary>What strangers may read: true, without a cookie, and without a secret.</summary>
public sealed class PublicPagesTests : IAsyncLifetime
{
    private AccountsServer house = null!;

    public async ValueTask InitializeAsync() => house = await AccountsServer.StartAsync();

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Theory]
    [Trait("claim", "D16")]
    [Trait("claim", "B55")]
    [InlineData("/security", "Version 1.4")]
    [InlineData("/legal/terms", "First version.")]
    [InlineData("/legal/privacy", "Version 1.4")]
    [InlineData("/security", "security@sharma.example")]
    [InlineData("/legal/terms", "Sharma &amp; Sons")]
    [InlineData("/legal/privacy", "Sharma &amp; Sons")]
    [InlineData("/status", "This server makes no backups.")]
    public async Task AnybodyMayReadIt_WithoutACookie(string path, string text)
    {
        var answer = await house.Server.Http.GetAsync(path, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains(text, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    [Trait("claim", "A60")]
    public async Task EveryCookieIsOnThePage_WithWhatItIsForAndHowLong()
    {
        var cookies = house.Server.Get<AccountCookies>();
        var names = typeof(AccountCookies).GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(each => each.GetValue(cookies)).OfType<AccountCookie>().Select(cookie => cookie.Name).Append("form").Append("consent");
        var page = (await house.Browser().GetAsync("/cookies")).Body;

        Assert.Equal(names.Order(), CookiesPage.List(cookies, new ServerOptions()).Select(cookie => cookie.Name).Order());
        Assert.All(CookiesPage.List(cookies, new ServerOptions()), cookie => Assert.Matches($">{cookie.Name}</th>.*{cookie.Purpose.Split('\'')[0]}.*{cookie.Lasts}", page.ReplaceLineEndings("")));
        // A cookie of another kind would be written elsewhere; then it has to come onto the page.
        Assert.Equal(["AccountCookies.cs", "ChosenLook.cs"], Repository.FilesUnder("src/WorkspaceServer/", ".cs").Where(file => file.Text.Contains("Cookies.Append(", StringComparison.Ordinal)).Select(file => Path.GetFileName(file.Path)).Order());
        Assert.DoesNotContain(Repository.FilesUnder("src/WorkspaceServer/", ".cs"), file => file.Text.Contains("Headers.SetCookie", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("claim", "A56")]
    [Trait("claim", "A60")]
    public async Task AChoiceIsKeptInOneCookie_CanBeReadChangedAndForgotten()
    {
        var stranger = house.Browser();
        Assert.Contains("You have not chosen yet", (await stranger.GetAsync("/cookies")).Body, StringComparison.Ordinal);
        Assert.Equal(["form"], stranger.Cookies.Keys);
        Assert.Equal("/cookies", (await stranger.PostAsync("/cookies", [("look", "dark")])).Location);

        Assert.Equal("1.20260131.dark", stranger.Cookies["consent"]);
        var header = stranger.SetCookies.Single(each => each.StartsWith("consent=", StringComparison.Ordinal));
        var age = int.Parse(System.Text.RegularExpressions.Regex.Match(header, "max-age=([0-9]+)").Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(TimeSpan.FromSeconds(age).TotalDays, 1, 13 * 30.4);
        Assert.Contains("httponly", header, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("You chose on 31 Jan 2026", (await stranger.GetAsync("/cookies")).Body, StringComparison.Ordinal);
        Assert.Contains("data-theme=\"dark\"", (await stranger.GetAsync("/sign-in")).Body, StringComparison.Ordinal);

        await stranger.PostAsync("/cookies", [("look", "")]);
        Assert.Equal("1.20260131.necessary", stranger.Cookies["consent"]);
        Assert.DoesNotContain("data-theme", (await stranger.GetAsync("/sign-in")).Body, StringComparison.Ordinal);
        await stranger.PostAsync("/cookies/forget", [], page: "/cookies");
        Assert.DoesNotContain("consent", stranger.Cookies.Keys);
        Assert.Equal(HttpStatusCode.BadRequest, (await stranger.PostAsync("/cookies", [("look", "\"><script>")])).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await stranger.SubmitAsync("/cookies", [("look", "dark")], null)).Status);
    }

    // One of another version, or that somebody made up, is no choice.
    [Theory]
    [Trait("claim", "A56")]
    [InlineData("2.20260131.dark")]
    [InlineData("1.20260131.blue")]
    [InlineData("1.2026.dark")]
    [InlineData("1.20260131.dark.x")]
    [InlineData("\" onload=x")]
    [InlineData(null)]
    public void WhatIsNoChoiceCountsAsNone(string? value) => Assert.Null(ChosenLook.Parse(value));

    [Fact]
    [Trait("claim", "B49")]
    public async Task ComplaintsHaveAnAddress_OrTheDoctorWarns()
    {
        Assert.Equal(HttpStatusCode.NotFound, (await house.Browser().GetAsync("/legal/grievance")).Status);
        var none = Assert.Single(await new GrievanceCheck(new PublicOptions()).LookAsync(new CheckRequest(CheckReach.Quick), TestContext.Current.CancellationToken));
        Assert.Equal((CheckState.Warn, "Public:GrievanceContact"), (none.State, none.About));
        var set = new PublicOptions { GrievanceContact = "mailto:grievance@sharma.example", GrievanceOfficer = "Asha <b>Kulkarni</b>" };
        Assert.Equal(CheckState.Ok, Assert.Single(await new GrievanceCheck(set).LookAsync(new CheckRequest(CheckReach.Quick), TestContext.Current.CancellationToken)).State);
        await using var told = await AccountsServer.StartAsync(change: (services, _) => services.AddSingleton(set));

        var page = await told.Browser().GetAsync("/legal/grievance");

        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Contains("Asha &lt;b&gt;Kulkarni", page.Body, StringComparison.Ordinal);
        Assert.Contains("mailto:grievance@sharma.example", page.Body, StringComparison.Ordinal);
    }

    // RFC 9116, sections 2.3 and 2.5: a line "name: value" for each field, Contact and one Expires are needed, and the media type is text/plain with UTF-8.
    [Fact]
    [Trait("claim", "A113")]
    public async Task SecurityTextSaysWhereToReport_AndDoesNotLapse()
    {
        var answer = await house.Server.Http.GetAsync(SecurityText.Path, TestContext.Current.CancellationToken);
        var fields = (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).TrimEnd('\n').Split('\n').Select(line => line.Split(": ", 2)).ToLookup(parts => parts[0], parts => parts[1]);

        Assert.Equal("text/plain; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal(["mailto:security@sharma.example"], fields["Contact"]);
        Assert.EndsWith(SecurityText.Path, Assert.Single(fields["Canonical"]), StringComparison.Ordinal);
        var left = DateTimeOffset.Parse(Assert.Single(fields["Expires"]), System.Globalization.CultureInfo.InvariantCulture) - house.Clock.GetUtcNow();
        Assert.InRange(left.TotalDays, 179, 180);
        Assert.EndsWith("/security", Assert.Single(fields["Policy"]), StringComparison.Ordinal);
        Assert.True(File.Exists(Repository.PathOf(".github/SECURITY.md")));
    }

    [Theory]
    [InlineData("mailto:security@sharma.example", true)]
    [InlineData("https://sharma.example/report", true)]
    [InlineData("", true)]
    [InlineData("http://sharma.example/report", false)]
    [InlineData("javascript:alert(1)", false)]
    [InlineData("mailto:a@b.example\nContact: mailto:mallory@evil.example", false)]
    [InlineData("security@sharma.example", false)]
    public void AContactIsALinkOfOneLine(string contact, bool isGood) =>
        Assert.Equal(isGood, new PublicOptions.Validator().Validate(new PublicOptions { SecurityContact = contact }).IsValid);
}
