namespace WorkspaceServer.Features.Accounts;

/// <summary>Where the pages of sign-in are. A page's form is sent to the page's own address unless it is listed by itself.</summary>
internal static class AccountPaths
{
    public const string SignIn = "/sign-in";
    public const string SignInCode = "/sign-in/code";

    /// <summary>POST: asks for a link. GET with the token: the page whose button uses it.</summary>
    public const string SignInLink = "/sign-in/link";

    /// <summary>POST: uses the link.</summary>
    public const string UseSignInLink = "/sign-in/link/use";

    /// <summary>GET: goes to the identity provider.</summary>
    public const string OidcSignIn = "/sign-in/oidc";

    /// <summary>GET: where the provider sends the browser back to; registered there.</summary>
    public const string OidcCallback = "/sign-in/oidc/callback";

    /// <summary>POST: exchanges a session token of Clerk's.</summary>
    public const string ClerkSignIn = "/sign-in/clerk";

    /// <summary>POST: signs in with a passkey.</summary>
    public const string PasskeySignIn = "/sign-in/passkey";

    /// <summary>POST: a challenge for the passkey of whoever signs in.</summary>
    public const string PasskeySignInOptions = "/sign-in/passkey/options";

    /// <summary>POST: sends a code by message to whoever waits for their second step.</summary>
    public const string SignInMessage = "/sign-in/message";

    public const string SignOut = "/sign-out";
    /// <summary>Where somebody is after signing out who signs in elsewhere: the sign-in page would send them there and back in at once.</summary>
    public const string SignedOut = "/signed-out";

    public const string Register = "/register";
    public const string Verify = "/verify";
    public const string ForgotPassword = "/forgot-password";

    /// <summary>Chooses a password: after forgetting one, and for somebody whom an operator added.</summary>
    public const string ChoosePassword = "/choose-password";

    public const string Setup = "/setup";
    public const string StepUp = "/step-up";

    /// <summary>POST: sends a code by message to the person who is signed in.</summary>
    public const string StepUpMessage = "/step-up/message";

    /// <summary>POST: proves with a passkey that it is still the same person.</summary>
    public const string PasskeyStepUp = "/step-up/passkey";

    /// <summary>POST: a challenge for a passkey of the person who is signed in.</summary>
    public const string PasskeyStepUpOptions = "/step-up/passkey/options";

    /// <summary>The way to everything about one's account.</summary>
    public const string Settings = "/account/settings";

    /// <summary>What protects one's account, with the ways to change it.</summary>
    public const string Security = "/account";

    public const string ChangePassword = "/account/password";
    public const string Mfa = "/account/mfa";

    /// <summary>POST: takes the second factor away.</summary>
    public const string RemoveMfa = "/account/mfa/remove";

    /// <summary>POST: makes new backup codes, which voids the old ones.</summary>
    public const string BackupCodes = "/account/mfa/backup-codes";

    /// <summary>GET: the person's passkeys. POST: adds one.</summary>
    public const string Passkeys = "/account/passkeys";

    /// <summary>POST: a challenge for a new passkey.</summary>
    public const string PasskeyOptions = "/account/passkeys/options";

    public const string RenamePasskey = "/account/passkeys/rename";

    public const string RemovePasskey = "/account/passkeys/remove";

    /// <summary>GET: the number for codes by message. POST: sends a code to a new one.</summary>
    public const string Phone = "/account/phone";

    /// <summary>POST: takes that code.</summary>
    public const string ConfirmPhone = "/account/phone/confirm";

    public const string RemovePhone = "/account/phone/remove";

    public const string Sessions = "/account/sessions";

    /// <summary>POST: ends one session.</summary>
    public const string EndSession = "/account/sessions/end";

    /// <summary>POST: ends every session but this one.</summary>
    public const string EndOtherSessions = "/account/sessions/end-others";

    /// <summary>Where somebody lands who wanted nothing in particular.</summary>
    public const string Home = "/";

    /// <summary>Where the first run goes on; the page is another feature's.</summary>
    public const string NewWorkspace = "/workspaces/new";
}
