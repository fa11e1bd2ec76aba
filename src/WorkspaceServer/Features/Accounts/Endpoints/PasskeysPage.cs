using FluentValidation;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Accounts.Passkeys;
using WorkspaceServer.Features.Accounts.SecondFactors;
using WorkspaceServer.Features.Accounts.Sessions;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Accounts.Endpoints;

/// <summary>GET /account/passkeys shows the passkeys; POST /account/passkeys/options gives a challenge for a new one; POST /account/passkeys adds it.</summary>
internal static class PasskeysPage
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(AccountPaths.Passkeys, Show)
            .Guarded(Authority.FreshlySignedIn, RateClasses.Pages, InputCheck.None, Recording.Nothing("somebody looks at their own passkeys"))
            .WithMetadata(new ReachableWithoutMfa());
        routes.MapPost(AccountPaths.PasskeyOptions, BeginAsync)
            .TakesForm()
            .Guarded(Authority.FreshlySignedIn, RateClasses.SignIn, InputCheck.By<NoFields.Validator>(), Recording.Nothing("adding the passkey is recorded"))
            .WithMetadata(new ReachableWithoutMfa());
        routes.MapPost(AccountPaths.Passkeys, HandleAsync)
            .TakesForm()
            .Guarded(Authority.FreshlySignedIn, RateClasses.SignIn, InputCheck.By<Validator>(), Recording.As(AuditActions.PasskeyAdded, AuditActions.RecoveryCodesMade))
            .WithMetadata(new ReachableWithoutMfa());
    }

    /// <summary>Back to the proof that the account has and this session has not: an app or a passkey that is there already.</summary>
    public static IResult ProveFirst => SeeOther.To(AccountPaths.StepUp + ReturnTo.Query(AccountPaths.Passkeys));

    private static IResult Show(HttpContext context, IAccountPages pages, PasskeyKeeper passkeys, Protection protection)
    {
        var person = SignedIn.Of(context.User);
        return protection.IsShortOf(person) ? ProveFirst : pages.Passkeys(View(person, passkeys, protection, null));
    }

    private static async Task<IResult> BeginAsync(HttpContext context, PasskeyKeeper passkeys, Protection protection)
    {
        await Form.ReadAsync(context, new NoFields.Validator());
        var person = SignedIn.Of(context.User);
        return protection.IsShortOf(person)
            ? throw new ProblemException(ProblemCodes.StepUpRequired, "Use the passkey or the app that you have first.")
            : PasskeyAnswer.Options(await passkeys.BeginAddAsync(context, person));
    }

    private static async Task<IResult> HandleAsync(
        HttpContext context,
        IAccountPages pages,
        PasskeyKeeper passkeys,
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
        var (form, problems) = await Form.ReadAsync(context, new Validator());
        if (!person.HasMfa && before.IsProtected)
        {
            return ProveFirst;
        }

        var name = form.Name.Trim() is { Length: > 0 } typed ? typed : DeviceName.Of(context.Request.Headers.UserAgent.ToString());
        if (problems is null && !await passkeys.AddAsync(context, person, form.Credential, name))
        {
            problems = FormProblems.Whole(T["The device's answer could not be used. Try again. You can have up to {0} passkeys.", PasskeyKeeper.MaxKeys]);
        }

        if (problems is not null)
        {
            return pages.Passkeys(View(person, passkeys, protection, problems));
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

        await audit.RecordAsync(AccountEntry.About(AuditActions.PasskeyAdded, person.PersonId) with { Details = [("name", name)] });
        mails.SendNotice(person.Email, "A passkey was added");
        if (before.BackupCodes > 0)
        {
            return SeeOther.To(AccountPaths.Passkeys);
        }

        // For the day on which the device is lost.
        var codes = await secondFactors.NewBackupCodesAsync(person.PersonId, context.RequestAborted);
        await audit.RecordAsync(AccountEntry.About(AuditActions.RecoveryCodesMade, person.PersonId));
        return pages.BackupCodes(new BackupCodesView(codes, MfaPage.IsFirst(auth, members, person)));
    }

    private static PasskeysView View(SignedIn person, PasskeyKeeper passkeys, Protection protection, FormProblems? problems) => new(
        [.. passkeys.List(person.PersonId).Select(key => new PasskeyRow(key.Id, key.Name, key.CreatedAt, key.LastUsedAt, key.IsSynced))],
        protection.Of(person.PersonId).HasApp,
        problems);

    internal sealed record Fields(string Credential, string Name);

    internal sealed class Validator : AbstractValidator<Fields>
    {
        public Validator()
        {
            RuleFor(form => form.Credential).Length(1, PasskeyKeeper.MaxAnswerLength);
            RuleFor(form => form.Name).IsPasskeyName();
        }
    }
}
