using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.EndToEnd.Browser;

/// <summary>The way of a person whom an AI client sends here: sign in, say yes or no, and be back at the client, in a browser that holds every redirect against the page's policy.</summary>
[Collection(JourneyCollection.Name)]
public sealed class ConsentTests(BrowserFixture browser, JourneyHouse journeys) : IAsyncLifetime
{
    private WebApplication client = null!;
    private string callback = "";

    private OAuthHouse House => journeys.House;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        client = builder.Build();
        client.Run(context => context.Response.WriteAsync("<!doctype html><title>client</title>Back at the client.", context.RequestAborted));
        await client.StartAsync(TestContext.Current.CancellationToken);
        callback = client.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single() + "/callback";
    }

    public ValueTask DisposeAsync() => client.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task APersonSignsIn_Decides_AndIsBackAtTheClient(bool isAllowed)
    {
        var id = await House.RegisterAsync(callback, "Inspector");
        await using var window = await browser.OpenAsync(width: 390, at: House.Server);
        await window.Page.GotoAsync(House.AuthorizePath(id, ("redirect_uri", callback)));
        await window.Page.Locator("#email").FillAsync("asha@example.in");
        await window.Page.Locator("#password").FillAsync(AccountsServer.Password);
        await window.Page.Keyboard.PressAsync("Enter");
        await window.Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "Inspector wants to read a workspace" }).WaitForAsync();
        await window.AssertSoundAsync("consent");
        if (isAllowed)
        {
            await window.Page.GetByRole(AriaRole.Radio).First.CheckAsync(new LocatorCheckOptions { Force = true });
            await window.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Allow reading" }).ClickAsync();
        }
        else
        {
            await window.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Do not allow" }).ClickAsync();
        }

        await window.Page.GetByText("Back at the client.").WaitForAsync();
        var query = new Uri(window.Page.Url).Query;
        Assert.Contains(isAllowed ? "code=" : "error=access_denied", query, StringComparison.Ordinal);
        Assert.Contains("state=state-of-the-client", query, StringComparison.Ordinal);
        Assert.Contains("iss=", query, StringComparison.Ordinal);
        if (isAllowed)
        {
            var (status, body) = await House.ExchangeAsync(id, OAuthHouse.In(window.Page.Url, "code")!, redirect: callback);
            Assert.True(status == HttpStatusCode.OK, body.ToString());
        }

        // The client is another origin, and the only one that was asked.
        Assert.All(window.Wrong, wrong => Assert.StartsWith($"another origin: {callback[..^"/callback".Length]}/", wrong, StringComparison.Ordinal));
    }
}
