using Microsoft.AspNetCore.Authentication;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Dashboard.Live;
using WorkspaceServer.Features.Accounts.Attempts;
using WorkspaceServer.Features.Accounts.Endpoints;
using WorkspaceServer.Features.Accounts.Links;
using WorkspaceServer.Features.Accounts.Passkeys;
using WorkspaceServer.Features.Accounts.Passwords;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Accounts.Phones;
using WorkspaceServer.Features.Accounts.SecondFactors;
using WorkspaceServer.Features.Accounts.Sessions;
using WorkspaceServer.Features.Sms;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Accounts;

/// <summary>Plugs people, their sign-in and their sessions into the server.</summary>
internal static class AccountsFeature
{
    /// <summary>What verbs need of it, too.</summary>
    public static void AddAccounts(this IServiceCollection services)
    {
        services.AddSingleton<PeopleStore>();
        services.AddSingleton<CredentialStore>();
        services.AddSingleton<SecondFactorStore>();
        services.AddSingleton<SessionStore>();
        services.AddSingleton<OneTimeLinkStore>();
        services.AddSingleton<OneTimeLinks>();
        services.AddSingleton<SessionKeeper>();
        services.AddSingleton<Suspensions>();
        services.AddSingleton(provider => new PasswordHasher(provider.GetRequiredService<AuthOptions>()));
        services.AddSingleton<SecondFactorKeeper>();
        services.AddSingleton<PasskeyStore>();
        services.AddSingleton<PhoneStore>();
        services.AddSingleton<Protection>();
        services.AddSingleton<NewPeople>();
    }

    public static void AddSignIn(this IServiceCollection services)
    {
        services.AddSingleton<AttemptStore>();
        services.AddSingleton<AttemptLimit>();
        services.AddSingleton<AccountMails>();
        services.AddSingleton<SignInFlow>();
        services.AddSingleton<PasskeyKeeper>();
        services.AddSingleton<PhoneCodes>();
        services.AddSingleton<AccountCookies>();
        services.AddSingleton<IAccountPages, RazorAccountPages>();
        services.AddSingleton<IShells, PersonalShells>();
        services.AddSingleton<ILiveAccess, LiveAccess>();
        services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, SessionAuthentication>(Schemes.Session, null);
    }

    /// <summary>Maps what the mode needs: where people sign in elsewhere, no endpoint takes a password, a code or a link.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        AccountSettingsPage.Map(routes);
        SecurityPage.Map(routes);
        SignOut.Map(routes);
        SessionsPage.Map(routes);
        EndSession.Map(routes);
        EndOtherSessions.Map(routes);
        var options = routes.ServiceProvider.GetRequiredService<AuthOptions>();
        if (options.Mode == AuthMode.Local)
        {
            MapLocal(routes, options);
        }
    }

    private static void MapLocal(IEndpointRouteBuilder routes, AuthOptions options)
    {
        SignInPage.Map(routes);
        SignInCodePage.Map(routes);
        SignInLinkPage.Map(routes);
        UseSignInLink.Map(routes);
        SetupPage.Map(routes);
        ForgotPasswordPage.Map(routes);
        ChoosePasswordPage.Map(routes);
        StepUpPage.Map(routes);
        ChangePasswordPage.Map(routes);
        MfaPage.Map(routes);
        RemoveMfa.Map(routes);
        NewBackupCodes.Map(routes);
        VerifyPage.Map(routes);
        UsePasskey.Map(routes);
        StepUpWithPasskey.Map(routes);
        PasskeysPage.Map(routes);
        RenamePasskey.Map(routes);
        RemovePasskey.Map(routes);
        if (routes.ServiceProvider.GetRequiredService<SmsOptions>().IsOn)
        {
            PhonePage.Map(routes);
            RemovePhone.Map(routes);
            SendCode.Map(routes);
        }

        if (options.AllowRegistration)
        {
            RegisterPage.Map(routes);
        }
    }
}
