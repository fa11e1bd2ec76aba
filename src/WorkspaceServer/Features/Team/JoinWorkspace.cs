using FluentValidation;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Access.Invitations;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Team.Pages;
using WorkspaceServer.Hosting;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Team;

/// <summary>GET /invitation shows what an invitation is for and uses nothing up; POST /invitation makes the person a member.</summary>
internal static class JoinWorkspace
{
    private static string NotGood => T["This invitation is not good for you: it was used or withdrawn, is too old, or was sent to another address."];

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(TeamPaths.Invitation, Show)
            .Guarded(Authority.SignedIn, RateClasses.SignIn, InputCheck.By<LinkToken>(), Recording.Nothing("using the link is recorded"));
        routes.MapPost(TeamPaths.Invitation, HandleAsync)
            .TakesForm()
            .Guarded(Authority.SignedIn, RateClasses.SignIn, InputCheck.By<Validator>(), Recording.As(AuditActions.InvitationAccepted));
    }

    private static IResult Show(HttpContext context, InvitationDesk desk)
    {
        var token = LinkToken.Of(context.Request);
        var person = SignedIn.Of(context.User);
        return desk.Look(person.PersonId, token) is { } seen
            ? Page.Of<InvitationPage>(new InvitationModel(token, person.Email, seen))
            : Refuse(person, NotGood, StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> HandleAsync(HttpContext context, InvitationDesk desk)
    {
        var (form, _) = await Form.ReadAsync(context, new Validator());
        var person = SignedIn.Of(context.User);
        try
        {
            return SeeOther.To(AccessPaths.PageOf(desk.Accept(person.PersonId, form.Token).Workspace));
        }
        catch (ProblemException problem)
        {
            return Refuse(person, problem.Message, problem.Code.HttpStatus);
        }
    }

    private static IResult Refuse(SignedIn person, string sentence, int status) => Page.Of<InvitationPage>(new InvitationModel("", person.Email, null, sentence), status);

    internal sealed record Fields(string Token);

    internal sealed class Validator : AbstractValidator<Fields>
    {
        public Validator() => RuleFor(form => form.Token).NotEmpty();
    }
}
