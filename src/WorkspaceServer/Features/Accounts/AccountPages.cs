using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Accounts.SecondFactors;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Accounts;

/// <summary>How the pages of sign-in look. Each shows what its view says, with its problems beside the fields, and sends its form to its own address.</summary>
internal interface IAccountPages
{
    /// <summary>Forms: e-mail and password; and, to <see cref="AccountPaths.SignInLink"/>, the e-mail alone.</summary>
    IResult SignIn(SignInView view);

    /// <summary>The first factor was right; asks for a code of the app or a backup code.</summary>
    IResult SignInCode(SignInCodeView view);

    /// <summary>A mail is on its way, if the address is one that gets it. Never says whether it is.</summary>
    IResult MailSent(MailSentView view);

    /// <summary>A link from a mail was opened: one button that uses it, so that programs that only look at links use none up.</summary>
    IResult UseSignInLink(UseSignInLinkView view);

    /// <summary>Signed out here, while the identity provider still knows them.</summary>
    IResult SignedOut(SignedOutView view);

    /// <summary>Where people sign in at Clerk: how that goes, since no page of ours may load Clerk's script.</summary>
    IResult SignInAtClerk(SignInAtClerkView view);

    IResult Register(RegisterView view);

    /// <summary>The link of a new account was opened: asks for name and password.</summary>
    IResult Verify(NewPersonView view);

    /// <summary>The first operator: e-mail, name and password.</summary>
    IResult Setup(SetupView view);

    IResult ForgotPassword(ForgotPasswordView view);

    IResult ChoosePassword(ChoosePasswordView view);

    /// <summary>A link that is used, too old or of another browser, and where to get a new one.</summary>
    IResult LinkNotGood(LinkNotGoodView view);

    /// <summary>Asks once more for a proof: a code if there is an app, else the password.</summary>
    IResult StepUp(StepUpView view);

    IResult ChangePassword(ChangePasswordView view);

    /// <summary>No second factor yet: the picture, the secret, and a field for the first code.</summary>
    IResult EnrolMfa(EnrolMfaView view);

    /// <summary>A second factor is set up: how many backup codes are left; forms for new ones and for taking it away.</summary>
    IResult Mfa(MfaView view);

    /// <summary>Backup codes, shown this once.</summary>
    IResult BackupCodes(BackupCodesView view);

    /// <summary>The passkeys, with the form for a new one.</summary>
    IResult Passkeys(PasskeysView view);

    /// <summary>The number for codes by message: forms to add one, to confirm it and to take it away.</summary>
    IResult Phone(PhoneView view);

    IResult Sessions(SessionsView view);

    /// <summary>What protects the account, with the ways to change it.</summary>
    IResult Settings(AccountSettingsView view);

    IResult Security(SecurityView view);
}

// What the pages show. Public, since Razor makes components, and so what they are given, public.
public sealed record SignInView(string Email, string ReturnTo, bool CanRegister, FormProblems? Problems = null, VendorWidget? Check = null);

/// <param name="TakesCode">Whether there is an app or a backup code.</param>
/// <param name="TakesPasskey">Whether there is a passkey.</param>
/// <param name="Phone">The number that a code can be sent to, as it is shown; null if none can.</param>
/// <param name="IsSent">Whether one is on its way.</param>
/// <param name="Codes">Which codes the person can have.</param>
public sealed record SignInCodeView(string ReturnTo, FormProblems? Problems = null, bool TakesCode = true, bool TakesPasskey = false, string? Phone = null, bool IsSent = false, string? Codes = null);

/// <param name="Again">The page on which to ask once more.</param>
public sealed record MailSentView(string Email, string Again);

public sealed record UseSignInLinkView(string Token, string ReturnTo);

public sealed record SignedOutView;

/// <param name="Pages">Origins of the pages that sign people in.</param>
public sealed record SignInAtClerkView(IReadOnlyList<string> Pages);

public sealed record RegisterView(string Email, FormProblems? Problems = null, VendorWidget? Check = null);

public sealed record NewPersonView(string Token, string Email, string Name, FormProblems? Problems = null, string ReturnTo = "");

public sealed record SetupView(string Token, string Email, string Name, FormProblems? Problems = null);

public sealed record ForgotPasswordView(string Email, FormProblems? Problems = null, VendorWidget? Check = null);

public sealed record ChoosePasswordView(string Token, string Email, FormProblems? Problems = null);

/// <param name="Again">The page on which to ask for a new one.</param>
public sealed record LinkNotGoodView(string Sentence, string Again);

/// <param name="TakesCode">Whether a code is asked for.</param>
/// <param name="TakesPasskey">Whether a passkey will do. The password is asked for only if there is neither.</param>
/// <param name="Phone">The number that a code can be sent to, as it is shown; null if none can.</param>
/// <param name="IsSent">Whether one is on its way.</param>
/// <param name="Codes">Which codes the person can have.</param>
public sealed record StepUpView(bool TakesCode, string ReturnTo, FormProblems? Problems = null, bool TakesPasskey = false, string? Phone = null, bool IsSent = false, string? Codes = null);

public sealed record ChangePasswordView(bool HasPassword, FormProblems? Problems = null);

/// <param name="IsRequired">Whether this account may do nothing else before.</param>
/// <param name="IsFirst">Whether it is on the way from the first link to the first workspace.</param>
public sealed record EnrolMfaView(TotpEnrolment Enrolment, bool IsRequired, FormProblems? Problems = null, bool IsFirst = false);

public sealed record MfaView(int BackupCodesLeft);

/// <param name="IsFirst">Whether it is on the way from the first link to the first workspace.</param>
public sealed record BackupCodesView(IReadOnlyList<string> Codes, bool IsFirst = false);

public sealed record PasskeysView(IReadOnlyList<PasskeyRow> Passkeys, bool HasApp, FormProblems? Problems = null);

/// <param name="IsSynced">Whether the maker of the device keeps it on the person's other devices, too.</param>
public sealed record PasskeyRow(string Id, string Name, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt, bool IsSynced);

/// <param name="Local">What of this server signs them in; null if they sign in elsewhere.</param>
/// <param name="Sessions">Browsers that are signed in, this one among them.</param>
public sealed record SecurityView(string Email, LocalSecurity? Local, int Sessions);

/// <param name="BackupCodes">Unused ones.</param>
/// <param name="Phone">The number for codes by message, as it is shown; null if there is none.</param>
/// <param name="SendsMessages">Whether the server sends any.</param>
public sealed record LocalSecurity(bool HasPassword, bool HasApp, int Passkeys, int BackupCodes, string? Phone = null, bool SendsMessages = false)
{
    public bool IsProtected => HasApp || Passkeys > 0 || Phone is not null;
}

/// <param name="Number">As it is shown; null if there is none.</param>
/// <param name="Pending">The number that a code was sent to and that waits for it, as it is shown.</param>
/// <param name="IsLast">Whether there is nothing else besides the password.</param>
public sealed record PhoneView(string? Number, DateTimeOffset? AddedAt, string? Pending, string Typed, bool IsLast, FormProblems? Problems = null);

public sealed record AccountSettingsView(string Name, string Email);

public sealed record SessionsView(IReadOnlyList<SessionRow> Sessions);

/// <param name="Device">Such as "Firefox on Windows", as far as the browser says.</param>
/// <param name="IsThis">The one that asks.</param>
public sealed record SessionRow(string Id, string Device, string Address, DateTimeOffset SignedInAt, DateTimeOffset LastSeenAt, bool HasMfa, bool IsThis);
