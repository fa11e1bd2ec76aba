using FluentValidation;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Accounts.Phones;
using WorkspaceServer.Features.Accounts.SecondFactors;
using WorkspaceServer.Features.Accounts.Sessions;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Accounts.Endpoints;

/// <summary>GET /account/phone shows the number for codes by message; POST sends a code to a new one; POST /account/phone/confirm takes that code, and the number is the person's.</summary>
internal static class PhonePage
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(AccountPaths.Phone, Show)
            .Guarded(Authority.FreshlySignedIn, RateClasses.Pages, InputCheck.None, Recording.Nothing("somebody looks at their own account"));
        routes.MapPost(AccountPaths.Phone, SendAsync)
            .TakesForm()
            .Guarded(Authority.FreshlySignedIn, RateClasses.SignIn, InputCheck.By<Validator>(), Recording.As(AuditActions.PhoneCodeSent));
        routes.MapPost(AccountPaths.ConfirmPhone, ConfirmAsync)
            .TakesForm()
            .Guarded(Authority.FreshlySignedIn, RateClasses.SignIn, InputCheck.By<CodeValidator>(), Recording.As(AuditActions.PhoneAdded, AuditActions.RecoveryCodesMade));
    }

    /// <summary>Back to the proof that the account has and this session has not.</summary>
    public static IResult ProveFirst => SeeOther.To(AccountPaths.StepUp + ReturnTo.Query(AccountPaths.Phone));

    private static IResult Show(HttpContext context, IAccountPages pages, PhoneCodes phones, Protection protection)
    {
        var person = SignedIn.Of(context.User);
        return protection.IsShortOf(person) ? ProveFirst : pages.Phone(View(person, phones, protection, "", null));
    }

    private static async Task<IResult> SendAsync(HttpContext context, IAccountPages pages, PhoneCodes phones, Protection protection)
    {
        var person = SignedIn.Of(context.User);
        var (form, problems) = await Form.ReadAsync(context, new Validator());
        if (protection.IsShortOf(person))
        {
            return ProveFirst;
        }

        if (problems is null && PhoneNumber.TryParse(form.Number, out var number))
        {
            problems = SentCode.Problems(context, await phones.SendAsync(CodeAsker.OfNumber(person), number, context.RequestAborted));
        }

        return pages.Phone(View(person, phones, protection, form.Number, problems));
    }

    private static async Task<IResult> ConfirmAsync(
        HttpContext context,
        IAccountPages pages,
        PhoneCodes phones,
        Protection protection,
        SecondFactorKeeper secondFactors,
        SessionKeeper sessions,
        AccountCookies cookies,
        AccountMails mails,
        AuthOptions auth,
        MembershipStore members,
        AuditLog audit)
    {
        var person = SignedIn.Of(context.User);
        var before = protection.Of(person.PersonId);
        var (form, problems) = await Form.ReadAsync(context, new CodeValidator());
        if (!person.HasMfa && before.IsProtected)
        {
            return ProveFirst;
        }

        if (problems is null && !phones.Add(CodeAsker.OfNumber(person), form.Code))
        {
            problems = phones.Pending(CodeAsker.OfNumber(person)) is null
                ? FormProblems.Whole(T["This code is over: it is too old, or there were too many tries. Ask for another one."])
                : FormProblems.Of("code", T["This is not the code of the message."]);
        }

        if (problems is not null)
        {
            return pages.Phone(View(person, phones, protection, "", problems));
        }

        // What was opened with a password alone, perhaps by somebody else, ends; this session has what the account has now.
        if (!before.IsProtected)
        {
            sessions.EndAll(person.PersonId, person.SessionId);
        }

        if (sessions.Refresh(person, hasMfa: true) is { } secret)
        {
            cookies.Session.Write(context, secret);
        }

        mails.SendNotice(person.Email, before.HasPhone ? "Your phone number for codes was changed" : "A phone number for codes was added");
        if (before.BackupCodes > 0)
        {
            return SeeOther.To(AccountPaths.Phone);
        }

        // For the day on which the phone is lost.
        var codes = await secondFactors.NewBackupCodesAsync(person.PersonId, context.RequestAborted);
        await audit.RecordAsync(AccountEntry.About(AuditActions.RecoveryCodesMade, person.PersonId));
        return pages.BackupCodes(new BackupCodesView(codes, MfaPage.IsFirst(auth, members, person)));
    }

    private static PhoneView View(SignedIn person, PhoneCodes phones, Protection protection, string typed, FormProblems? problems)
    {
        var (has, own) = (protection.Of(person.PersonId), phones.Find(person.PersonId));
        return new PhoneView(own?.Masked, own?.AddedAt, phones.Pending(CodeAsker.OfNumber(person)), typed, IsLast: has is { HasApp: false, Passkeys: 0 }, problems);
    }

    internal sealed record Fields(string Number);

    internal sealed class Validator : AbstractValidator<Fields>
    {
        public Validator() => RuleFor(form => form.Number)
            .Must(number => PhoneNumber.TryParse(number, out _))
            .WithMessage(_ => T["Type the number with a plus and its country, such as +91 98765 43210."]);
    }

    internal sealed record CodeFields(string Code);

    internal sealed class CodeValidator : AbstractValidator<CodeFields>
    {
        public CodeValidator() => RuleFor(form => form.Code).IsCode();
    }
}

/// <summary>What somebody is told whose code could not be sent.</summary>
internal static class SentCode
{
    /// <returns>Null if it is on its way.</returns>
    public static FormProblems? Problems(HttpContext context, CodeSent sent) => sent switch
    {
        { Wait: { } wait } => TooManyTries.Messages(context, wait),
        { IsTaken: false } => FormProblems.Whole(T["The message could not be sent. Try again in a minute, or use another way."], StatusCodes.Status503ServiceUnavailable),
        _ => null,
    };
}
