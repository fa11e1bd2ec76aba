using FluentValidation;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Accounts.SecondFactors;
using WorkspaceServer.Features.Accounts.Sessions;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Accounts.Endpoints;

/// <summary>GET /account/mfa shows the second factor, or how to set one up; POST /account/mfa takes the app's first code and shows the backup codes.</summary>
internal static class MfaPage
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(AccountPaths.Mfa, Show)
            .Guarded(Authority.FreshlySignedIn, RateClasses.Pages, InputCheck.None, Recording.Nothing("shows an empty form"))
            .WithMetadata(new ReachableWithoutMfa());
        routes.MapPost(AccountPaths.Mfa, HandleAsync)
            .TakesForm()
            .Guarded(Authority.FreshlySignedIn, RateClasses.SignIn, InputCheck.By<Validator>(), Recording.As(AuditActions.MfaEnrolled))
            .WithMetadata(new ReachableWithoutMfa());
    }

    private static IResult Show(HttpContext context, IAccountPages pages, SecondFactorKeeper secondFactors, Protection protection, AuthOptions auth, MembershipStore members)
    {
        // Set up, but this session was opened without it: the code or the passkey first.
        var person = SignedIn.Of(context.User);
        if (protection.IsShortOf(person))
        {
            return SeeOther.To(AccountPaths.StepUp + ReturnTo.Query(AccountPaths.Mfa));
        }

        return secondFactors.IsEnrolled(person.PersonId)
            ? pages.Mfa(new MfaView(secondFactors.CountBackupCodes(person.PersonId)))
            : Enrol(pages, secondFactors, auth, members, person, null);
    }

    private static async Task<IResult> HandleAsync(
        HttpContext context,
        IAccountPages pages,
        SecondFactorKeeper secondFactors,
        Protection protection,
        SessionKeeper sessions,
        AccountCookies cookies,
        AccountMails mails,
        AuthOptions auth,
        MembershipStore members,
        AuditLog audit)
    {
        var person = SignedIn.Of(context.User);
        var (form, problems) = await Form.ReadAsync(context, new Validator());
        if (secondFactors.IsEnrolled(person.PersonId) || protection.IsShortOf(person))
        {
            return SeeOther.To(AccountPaths.Mfa);
        }

        if (problems is not null)
        {
            return Enrol(pages, secondFactors, auth, members, person, problems);
        }

        if (await secondFactors.ConfirmEnrolmentAsync(person.PersonId, form.Code, context.RequestAborted) is not { } codes)
        {
            return Enrol(pages, secondFactors, auth, members, person, FormProblems.Of("code", T["This is not the code of this picture. Check the phone's clock, and type the newest code."]));
        }

        // Sessions opened before, perhaps by somebody else, end; this one has the second factor now.
        sessions.EndAll(person.PersonId, person.SessionId);
        if (sessions.Refresh(person, hasMfa: true) is { } secret)
        {
            cookies.Session.Write(context, secret);
        }

        await audit.RecordAsync(AccountEntry.About(AuditActions.MfaEnrolled, person.PersonId));
        mails.SendNotice(person.Email, "A second factor was set up");
        return pages.BackupCodes(new BackupCodesView(codes, IsFirst(auth, members, person)));
    }

    private static IResult Enrol(IAccountPages pages, SecondFactorKeeper secondFactors, AuthOptions auth, MembershipStore members, SignedIn person, FormProblems? problems) => pages.EnrolMfa(
        new EnrolMfaView(secondFactors.BeginEnrolment(person.PersonId, person.Email), IsRequired(auth, person), problems, IsFirst(auth, members, person)));

    private static bool IsRequired(AuthOptions auth, SignedIn person) => auth.RequireMfaForOperators && person.Role == SystemRole.SuperAdmin;

    /// <summary>Whether somebody has just made the first account, and is on the way to the first workspace.</summary>
    public static bool IsFirst(AuthOptions auth, MembershipStore members, SignedIn person) => IsRequired(auth, person) && members.ListOf(person.PersonId).Count == 0;

    internal sealed record Fields(string Code);

    internal sealed class Validator : AbstractValidator<Fields>
    {
        public Validator() => RuleFor(form => form.Code).IsCode();
    }
}
