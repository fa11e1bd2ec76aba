using System.Net;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Challenges;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Challenges;

/// <summary>Without a challenge, which is how the server comes, forms and pages are as if there were none to choose; and what settings of one are refused.</summary>
public sealed class NoChallengeTests
{
    [Fact]
    [Trait("claim", "A61")]
    public async Task NothingIsLoadedFromElsewhere_AndNoProofIsTaken()
    {
        await using var accounts = await AccountsServer.StartAsync(AccountsServer.Cheap with { AllowRegistration = true });
        foreach (var path in new[] { "/sign-in", "/register", "/forgot-password", "/cookies", "/legal/privacy" })
        {
            using var response = await accounts.Server.Http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.Equal(Page.ContentSecurityPolicy, Assert.Single(response.Headers.GetValues("Content-Security-Policy")));
            Assert.DoesNotContain("loudflare", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }

        var browser = accounts.Browser();
        Assert.Equal(HttpStatusCode.OK, (await browser.PostAsync("/register", [("email", "new@example.in")])).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.PostAsync("/register", [("email", "other@example.in"), ("challenge", "0.proof")])).Status);
    }

    [Theory]
    [InlineData("", "", "must be set")]
    [InlineData(TurnstilePeer.SiteKey, "", "must be set in server.env")]
    [InlineData("", TurnstilePeer.Secret, "must be set")]
    [InlineData("0x4<script>", TurnstilePeer.Secret, "must be a site key")]
    [InlineData(TurnstilePeer.SiteKey, "0x4 with a blank", "must be a secret key")]
    [InlineData("1x00000000000000000000AA", TurnstilePeer.Secret, "keys for tests")]
    [InlineData(TurnstilePeer.SiteKey, TurnstilePeer.AlwaysPasses, "keys for tests")]
    public void SettingsThatCannotWork_StopTheStart(string siteKey, string secretKey, string said)
    {
        var problems = new ChallengeOptions.Validator().Validate(new ChallengeOptions { Provider = ChallengeProvider.Turnstile, SiteKey = siteKey, SecretKey = secretKey });

        Assert.Contains(problems.Errors, error => error.ErrorMessage.Contains(said, StringComparison.Ordinal));
    }

    [Fact]
    public void GoodSettings_AreTaken()
    {
        Assert.True(new ChallengeOptions.Validator().Validate(new ChallengeOptions()).IsValid);
        Assert.True(new ChallengeOptions.Validator().Validate(new ChallengeOptions { Provider = ChallengeProvider.Turnstile, SiteKey = TurnstilePeer.SiteKey, SecretKey = TurnstilePeer.Secret }).IsValid);
    }
}
