using WorkspaceServer.Dashboard;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Accounts;

/// <summary>The pages of sign-in in the look of the dashboard. A form with problems is shown again with their status.</summary>
internal sealed class RazorAccountPages : IAccountPages
{
    public IResult SignIn(SignInView view) => Page.WithWidget<Pages.SignInPage>(view, view.Check, StatusOf(view.Problems));

    public IResult Phone(PhoneView view) => Page.Of<Pages.PhonePage>(view, StatusOf(view.Problems));

    public IResult SignInCode(SignInCodeView view) => Page.Of<Pages.SignInCodePage>(view, StatusOf(view.Problems));

    public IResult MailSent(MailSentView view) => Page.Of<Pages.MailSentPage>(view);

    public IResult UseSignInLink(UseSignInLinkView view) => Page.Of<Pages.UseSignInLinkPage>(view);

    public IResult SignedOut(SignedOutView view) => Page.Of<Pages.SignedOutPage>(view);

    public IResult SignInAtClerk(SignInAtClerkView view) => Page.Of<Pages.SignInAtClerkPage>(view);

    public IResult Register(RegisterView view) => Page.WithWidget<Pages.RegisterPage>(view, view.Check, StatusOf(view.Problems));

    public IResult Verify(NewPersonView view) => Page.Of<Pages.VerifyPage>(view, StatusOf(view.Problems));

    public IResult Setup(SetupView view) => Page.Of<Pages.SetupPage>(view, StatusOf(view.Problems));

    public IResult ForgotPassword(ForgotPasswordView view) => Page.WithWidget<Pages.ForgotPasswordPage>(view, view.Check, StatusOf(view.Problems));

    public IResult ChoosePassword(ChoosePasswordView view) => Page.Of<Pages.ChoosePasswordPage>(view, StatusOf(view.Problems));

    public IResult LinkNotGood(LinkNotGoodView view) => Page.Of<Pages.LinkNotGoodPage>(view, StatusCodes.Status410Gone);

    public IResult StepUp(StepUpView view) => Page.Of<Pages.StepUpPage>(view, StatusOf(view.Problems));

    public IResult ChangePassword(ChangePasswordView view) => Page.Of<Pages.ChangePasswordPage>(view, StatusOf(view.Problems));

    public IResult EnrolMfa(EnrolMfaView view) => Page.Of<Pages.EnrolMfaPage>(view, StatusOf(view.Problems));

    public IResult Mfa(MfaView view) => Page.Of<Pages.MfaPage>(view);

    public IResult BackupCodes(BackupCodesView view) => Page.Of<Pages.BackupCodesPage>(view);

    public IResult Passkeys(PasskeysView view) => Page.Of<Pages.PasskeysPage>(view, StatusOf(view.Problems));

    public IResult Sessions(SessionsView view) => Page.Of<Pages.SessionsPage>(view);

    public IResult Settings(AccountSettingsView view) => Page.Of<Pages.AccountSettingsPage>(view);

    public IResult Security(SecurityView view) => Page.Of<Pages.SecurityPage>(view);

    private static int StatusOf(FormProblems? problems) => problems?.Status ?? StatusCodes.Status200OK;
}
