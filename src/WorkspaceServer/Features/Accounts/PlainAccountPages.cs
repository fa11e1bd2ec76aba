using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Antiforgery;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Accounts;

/// <summary>The pages of sign-in as the plainest HTML that works: no style, no script, everything escaped.</summary>
internal sealed class PlainAccountPages : IAccountPages
{
    private const string NewPassword = "new-password";

    public IResult SignIn(SignInView view) => new PlainPage("Sign in", view.Problems)
        .Form(AccountPaths.SignIn, "Sign in", view.Problems,
            new Field("email", "E-mail", "email", view.Email, "username"), new Field("password", "Password", "password", "", "current-password"), Hidden("return_to", view.ReturnTo))
        .Form(AccountPaths.SignInLink, "E-mail me a link instead", null, new Field("email", "E-mail", "email", view.Email, "username"), Hidden("return_to", view.ReturnTo))
        .Link(AccountPaths.ForgotPassword, "Forgot your password?")
        .Link(view.CanRegister ? AccountPaths.Register : null, "Make an account");

    public IResult SignInCode(SignInCodeView view) => new PlainPage("Second factor", view.Problems)
        .Text("Type the code that your app shows, or one of your backup codes.")
        .Form(AccountPaths.SignInCode, "Sign in", view.Problems, new Field("code", "Code", "text", "", "one-time-code"), Hidden("return_to", view.ReturnTo));

    public IResult MailSent(MailSentView view) => new PlainPage("Look into your mailbox", null)
        .Text($"If there is anything to send to {view.Email}, it is on its way.")
        .Link(view.Again, "Back");

    public IResult UseSignInLink(UseSignInLinkView view) => new PlainPage("Sign in", null)
        .Form(AccountPaths.UseSignInLink, "Sign in", null, Hidden("token", view.Token), Hidden("return_to", view.ReturnTo));

    public IResult Register(RegisterView view) => new PlainPage("Make an account", view.Problems)
        .Form(AccountPaths.Register, "Send me a link", view.Problems, new Field("email", "E-mail", "email", view.Email, "email"));

    public IResult Verify(NewPersonView view) => new PlainPage("Make an account", view.Problems)
        .Text(view.Email)
        .Form(AccountPaths.Verify, "Make my account", view.Problems,
            Hidden("token", view.Token), new Field("name", "Name", "text", view.Name, "name"), new Field("password", "Password", "password", "", NewPassword));

    public IResult Setup(SetupView view) => new PlainPage("Set up this server", view.Problems)
        .Text("You will run this server: people, settings, backups.")
        .Form(AccountPaths.Setup, "Set up", view.Problems,
            Hidden("token", view.Token),
            new Field("email", "E-mail", "email", view.Email, "username"),
            new Field("name", "Name", "text", view.Name, "name"),
            new Field("password", "Password", "password", "", NewPassword));

    public IResult ForgotPassword(ForgotPasswordView view) => new PlainPage("Forgot your password?", view.Problems)
        .Form(AccountPaths.ForgotPassword, "Send me a link", view.Problems, new Field("email", "E-mail", "email", view.Email, "username"));

    public IResult ChoosePassword(ChoosePasswordView view) => new PlainPage("Choose a password", view.Problems)
        .Text(view.Email)
        .Form(AccountPaths.ChoosePassword, "Set password", view.Problems, Hidden("token", view.Token), new Field("password", "Password", "password", "", NewPassword));

    public IResult LinkNotGood(LinkNotGoodView view) => new PlainPage("This link does not work", FormProblems.Whole(view.Sentence, StatusCodes.Status410Gone))
        .Link(view.Again, "Ask for another");

    public IResult StepUp(StepUpView view) => new PlainPage("Is it still you?", view.Problems)
        .Form(AccountPaths.StepUp, "Go on", view.Problems,
            view.TakesCode ? new Field("proof", "Code", "text", "", "one-time-code") : new Field("proof", "Password", "password", "", "current-password"),
            Hidden("return_to", view.ReturnTo));

    public IResult ChangePassword(ChangePasswordView view) => view.HasPassword
        ? new PlainPage("Change your password", view.Problems)
            .Form(AccountPaths.ChangePassword, "Change it", view.Problems,
                new Field("current_password", "Password now", "password", "", "current-password"), new Field("new_password", "New password", "password", "", NewPassword))
        : new PlainPage("You have no password yet", null).Link(AccountPaths.ForgotPassword, "Choose one");

    public IResult EnrolMfa(EnrolMfaView view) => new PlainPage("Set up a second factor", view.Problems)
        .Text(view.IsRequired ? "Accounts that run this server may not go without." : "An app on your phone shows a new code every 30 seconds.")
        .Picture(view.Enrolment.Picture)
        .Text($"Or type this into the app: {view.Enrolment.Secret}")
        .Form(AccountPaths.Mfa, "Set up", view.Problems, new Field("code", "First code", "text", "", "one-time-code"));

    public IResult Mfa(MfaView view) => new PlainPage("Second factor", null)
        .Text(string.Create(CultureInfo.InvariantCulture, $"Set up. Backup codes left: {view.BackupCodesLeft}."))
        .Form(AccountPaths.BackupCodes, "Make new backup codes", null)
        .Form(AccountPaths.RemoveMfa, "Take the second factor away", null);

    public IResult BackupCodes(BackupCodesView view)
    {
        var page = new PlainPage("Your backup codes", null).Text("Each works once, when the phone is not at hand. They are not shown again.");
        foreach (var code in view.Codes)
        {
            page.Text(code);
        }

        return page.Link(AccountPaths.Mfa, "I have written them down");
    }

    public IResult Sessions(SessionsView view)
    {
        var page = new PlainPage("Where you are signed in", null);
        foreach (var session in view.Sessions)
        {
            page.Text($"{session.Device}, {session.Address}, last seen {session.LastSeenAt:yyyy-MM-dd HH:mm} UTC{(session.IsThis ? " (this one)" : "")}")
                .Form(AccountPaths.EndSession, "End it", null, Hidden("id", session.Id));
        }

        return page
            .Form(AccountPaths.EndOtherSessions, "End all others", null)
            .Form(AccountPaths.SignOut, "Sign out", null)
            .Link(AccountPaths.ChangePassword, "Change your password")
            .Link(AccountPaths.Mfa, "Second factor");
    }

    private static Field Hidden(string name, string value) => new(name, "", "hidden", value, "off");

    private sealed record Field(string Name, string Label, string Type, string Value, string Autocomplete);

    private sealed class PlainPage(string title, FormProblems? problems) : IResult
    {
        private const string ContentSecurityPolicy = "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

        private readonly List<Func<string, string>> parts = [];

        public PlainPage Text(string text) => Add(_ => $"<p>{Encoded(text)}</p>");

        public PlainPage Link(string? path, string text) => path is null ? this : Add(_ => $"<p><a href=\"{Encoded(path)}\">{Encoded(text)}</a></p>");

        public PlainPage Picture(SecondFactors.QrCode code) => Add(_ => string.Create(
            CultureInfo.InvariantCulture,
            $"<p><svg role=\"img\" aria-label=\"QR code\" width=\"240\" height=\"240\" viewBox=\"0 0 {code.Size} {code.Size}\"><path fill=\"#fff\" d=\"M0 0h{code.Size}v{code.Size}H0z\"/><path d=\"{Encoded(code.Path)}\"/></svg></p>"));

        public PlainPage Form(string path, string button, FormProblems? found, params IEnumerable<Field> fields) => Add(token =>
            $"<form method=\"post\" action=\"{Encoded(path)}\">{token}{string.Concat(fields.Select(field => Input(field, found)))}<p><button>{Encoded(button)}</button></p></form>");

        public Task ExecuteAsync(HttpContext httpContext)
        {
            var tokens = httpContext.RequestServices.GetRequiredService<IAntiforgery>().GetAndStoreTokens(httpContext);
            var hidden = Input(Hidden(tokens.FormFieldName, tokens.RequestToken!), null);
            var text = new StringBuilder($"<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{Encoded(title)}</title><h1>{Encoded(title)}</h1>");
            if (problems?.General is { } sentence)
            {
                text.Append($"<p role=\"alert\">{Encoded(sentence)}</p>");
            }

            parts.ForEach(part => text.Append(part(hidden)));
            httpContext.Response.StatusCode = problems?.Status ?? StatusCodes.Status200OK;
            httpContext.Response.ContentType = "text/html; charset=utf-8";
            httpContext.Response.Headers.ContentSecurityPolicy = ContentSecurityPolicy;
            // The token service asks for "no-cache" only; pages with codes on them are kept nowhere.
            httpContext.Response.Headers.CacheControl = "no-store";
            return httpContext.Response.WriteAsync(text.Append("</html>").ToString(), httpContext.RequestAborted);
        }

        private PlainPage Add(Func<string, string> part)
        {
            parts.Add(part);
            return this;
        }

        private static string Input(Field field, FormProblems? found)
        {
            var input = $"<input type=\"{field.Type}\" name=\"{Encoded(field.Name)}\" value=\"{Encoded(field.Value)}\" autocomplete=\"{field.Autocomplete}\">";
            var problem = found?.Fields.GetValueOrDefault(field.Name) is { } sentence ? $" <strong>{Encoded(sentence)}</strong>" : "";
            return field.Type == "hidden" ? input : $"<p><label>{Encoded(field.Label)} {input}</label>{problem}</p>";
        }

        private static string Encoded(string text) => HtmlEncoder.Default.Encode(text);
    }
}
