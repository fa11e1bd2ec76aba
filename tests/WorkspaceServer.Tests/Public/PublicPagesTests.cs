using System.Net;
using System.Reflection;
using WorkspaceServer.Features.Accounts.Sessions;
using WorkspaceServer.Features.Public;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Public;

/// <summary>What strangers may read: true, without a cookie, and without a secret.</summary>
public sealed class PublicPagesTests : IAsyncLifetime
{
    private AccountsServer house = null!;

    public async ValueTask InitializeAsync() => house = await AccountsServer.StartAsync();

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Theory]
    [InlineData("/security", "security@sharma.example")]
    [InlineData("/cookies", "None follows you")]
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
    public async Task EveryCookieOfSignInIsOnThePage()
    {
        var cookies = house.Server.Get<AccountCookies>();
        var names = typeof(AccountCookies).GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(each => each.GetValue(cookies)).OfType<AccountCookie>().Select(cookie => cookie.Name).Append("form");
        var page = (await house.Browser().GetAsync("/cookies")).Body;

        Assert.All(names, name => Assert.Contains($">{name}</th>", page, StringComparison.Ordinal));
    }

    // RFC 9116, sections 2.3 and 2.5: a line "name: value" for each field, Contact and one Expires are needed, and the media type is text/plain with UTF-8.
    [Fact]
    public async Task SecurityTextSaysWhereToReport_AndDoesNotLapse()
    {
        var answer = await house.Server.Http.GetAsync(SecurityText.Path, TestContext.Current.CancellationToken);
        var fields = (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).TrimEnd('\n').Split('\n').Select(line => line.Split(": ", 2)).ToLookup(parts => parts[0], parts => parts[1]);

        Assert.Equal("text/plain; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal(["mailto:security@sharma.example"], fields["Contact"]);
        Assert.EndsWith(SecurityText.Path, Assert.Single(fields["Canonical"]), StringComparison.Ordinal);
        var left = DateTimeOffset.Parse(Assert.Single(fields["Expires"]), System.Globalization.CultureInfo.InvariantCulture) - house.Clock.GetUtcNow();
        Assert.InRange(left.TotalDays, 179, 180);
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
