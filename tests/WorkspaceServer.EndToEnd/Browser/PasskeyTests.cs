using Microsoft.Playwright;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Accounts.Sessions;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.EndToEnd.Browser;

/// <summary>Passkeys in a real browser, with the authenticator that Chromium has for tests.</summary>
[Collection(BrowserCollection.Name)]
public sealed class PasskeyTests(BrowserFixture browser, PasskeyTests.House house) : IClassFixture<PasskeyTests.House>
{
    private AccountsServer Accounts => house.Accounts;

    [Fact]
    [Trait("claim", "D2")]
    [Trait("claim", "D28")]
    [Trait("claim", "A54")]
    public async Task ADeviceIsAdded_SignsInWithNothingTyped_AndProvesItself()
    {
        var person = await Accounts.AddAsync(house.NewEmail());
        await using var window = await SignInAsync(person.Email);
        await AddAuthenticatorAsync(window);
        await window.Page.GotoAsync(AccountPaths.Passkeys);
        await window.AssertSoundAsync("no passkey yet");
        await window.Page.FillAsync("[name=name]", "Asha’s laptop");
        await PressAsync(window, "Add a passkey");
        await window.Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "Keep these backup codes" }).WaitForAsync();
        await window.Page.GotoAsync(AccountPaths.Passkeys);
        Assert.Contains("Asha’s laptop", await window.Page.Locator("main").TextContentAsync(), StringComparison.Ordinal);
        await window.AssertSoundAsync("one passkey");

        await PressAsync(window, "Sign out");
        await window.Page.WaitForURLAsync("**" + AccountPaths.SignIn);
        await window.AssertSoundAsync("sign-in with a passkey");
        await PressAsync(window, "Use a passkey");
        await window.Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "Your workspaces" }).WaitForAsync();
        Assert.True(Assert.Single(Accounts.Server.Get<SessionKeeper>().List(person.Id)).HasMfa);

        Accounts.Clock.Advance(TimeSpan.FromMinutes(15));
        await window.Page.GotoAsync(AccountPaths.Passkeys);
        Assert.Contains(AccountPaths.StepUp, window.Page.Url, StringComparison.Ordinal);
        await window.AssertSoundAsync("step-up with a passkey");
        await PressAsync(window, "Use your passkey");
        await window.Page.WaitForURLAsync("**" + AccountPaths.Passkeys);
    }

    [Fact]
    [Trait("claim", "D2")]
    public async Task WhatTheDeviceRefusesIsSaidInPlainWords_AndTheFormStaysUsable()
    {
        var person = await Accounts.AddAsync(house.NewEmail());
        await using var window = await SignInAsync(person.Email);
        var authenticator = await AddAuthenticatorAsync(window);
        await window.Page.GotoAsync(AccountPaths.Passkeys);
        await PressAsync(window, "Add a passkey");
        await window.Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "Keep these backup codes" }).WaitForAsync();
        await window.Page.GotoAsync(AccountPaths.Passkeys);
        await PressAsync(window, "Add a passkey");
        Assert.Contains("has a passkey for your account already", await window.Page.GetByRole(AriaRole.Alert).TextContentAsync(), StringComparison.Ordinal);

        // The finger is not the owner's.
        await authenticator.SetVerifiedAsync(false);
        await PressAsync(window, "Sign out");
        await window.Page.WaitForURLAsync("**" + AccountPaths.SignIn);
        await PressAsync(window, "Use a passkey");
        Assert.Contains("did not answer, or it was cancelled", await window.Page.GetByRole(AriaRole.Alert).TextContentAsync(), StringComparison.Ordinal);
        Assert.Empty(Accounts.Server.Get<SessionKeeper>().List(person.Id));

        await authenticator.SetVerifiedAsync(true);
        await PressAsync(window, "Use a passkey");
        await window.Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "Your workspaces" }).WaitForAsync();
    }

    [Fact]
    public async Task WithoutScriptNothingIsOfferedThatCannotWork()
    {
        await using var window = await browser.OpenAsync(script: false, at: Accounts.Server);
        await window.Page.GotoAsync(AccountPaths.SignIn);

        Assert.False(await window.Page.GetByText("Use a passkey").IsVisibleAsync());
        Assert.True(await window.Page.GetByText("Email me a link").IsVisibleAsync());
    }

    private async Task<WatchedPage> SignInAsync(string email)
    {
        var window = await browser.OpenAsync(at: Accounts.Server);
        await window.Page.GotoAsync(AccountPaths.SignIn);
        await window.Page.Locator("#email").FillAsync(email);
        await window.Page.Locator("#password").FillAsync(AccountsServer.Password);
        await window.Page.Keyboard.PressAsync("Enter");
        await window.Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "Your workspaces" }).WaitForAsync();
        return window;
    }

    private static Task PressAsync(WatchedPage window, string button) =>
        window.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = button, Exact = true }).ClickAsync();

    private static async Task<Authenticator> AddAuthenticatorAsync(WatchedPage window)
    {
        var session = await window.Page.Context.NewCDPSessionAsync(window.Page);
        await session.SendAsync("WebAuthn.enable");
        var added = await session.SendAsync("WebAuthn.addVirtualAuthenticator", new Dictionary<string, object>
        {
            ["options"] = new Dictionary<string, object>
            {
                ["protocol"] = "ctap2",
                ["transport"] = "internal",
                ["hasResidentKey"] = true,
                ["hasUserVerification"] = true,
                ["isUserVerified"] = true,
                ["automaticPresenceSimulation"] = true,
            },
        });
        return new Authenticator(session, added!.Value.GetProperty("authenticatorId").GetString()!);
    }

    private sealed record Authenticator(ICDPSession Session, string Id)
    {
        public Task SetVerifiedAsync(bool isVerified) => Session.SendAsync(
            "WebAuthn.setUserVerified", new Dictionary<string, object> { ["authenticatorId"] = Id, ["isUserVerified"] = isVerified });
    }
    /// <summary>One server for the class, whose clock runs ahead; each test has a person of its own.</summary>
    public sealed class House : IAsyncLifetime
    {
        private int people;

        internal AccountsServer Accounts { get; private set; } = null!;

        internal string NewEmail() => $"asha-{++people}@example.in";

        public async ValueTask InitializeAsync() => Accounts = await AccountsServer.StartAsync();

        public ValueTask DisposeAsync() => Accounts.DisposeAsync();
    }
}
