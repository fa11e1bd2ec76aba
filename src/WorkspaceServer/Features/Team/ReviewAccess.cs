using FluentValidation;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Access.Reviews;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.OAuth;
using WorkspaceServer.Features.OAuth.Grants;
using WorkspaceServer.Features.Team.Pages;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Team;

/// <summary>GET /w/{workspace}/access-review shows who may do what and who is weakly protected; POST signs it as it is now.</summary>
internal static class ReviewAccess
{
    private const int SignOffsShown = 10;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(TeamPaths.Review, (WorkspaceId workspace, AccessReviews reviews, PeopleStore people) => Show(workspace, reviews, people, "", null))
            .Guarded(Authority.Needs(Permissions.AccessReview.Name), RateClasses.Pages, InputCheck.Ids, Recording.Nothing("reads only"));
        routes.MapPost(TeamPaths.Review, HandleAsync)
            .TakesForm()
            .Guarded(Authority.Needs(Permissions.AccessReview.Name), RateClasses.Pages, InputCheck.By<Validator>(), Recording.As(AuditActions.AccessReviewSigned));
    }

    private static async Task<IResult> HandleAsync(HttpContext context, WorkspaceId workspace, AccessReviews reviews, PeopleStore people)
    {
        var (form, problems) = await Form.ReadAsync(context, new Validator());
        problems ??= Refused.Or(() => reviews.Sign(Principal.Of(context.User)!, workspace, form.Note));
        return problems is null ? SeeOther.To(AccessPaths.PageOf(workspace) + "/access-review") : Show(workspace, reviews, people, form.Note, problems);
    }

    private static IResult Show(WorkspaceId workspace, AccessReviews reviews, PeopleStore people, string note, FormProblems? problems)
    {
        var report = reviews.Report(workspace);
        return Page.Of<ReviewPage>(
            new ReviewModel(
                AccessPaths.PageOf(workspace),
                $"{AccessPaths.Workspaces}/{workspace}/access-review.csv",
                [.. report.Members.Select(member => new ReviewRow(
                    TeamPaths.Of(workspace, member.Person),
                    member.Name.Length > 0 ? member.Name : member.Email,
                    member.Email,
                    string.Join(", ", [RoleWords.Of(member.Role), .. member.CustomRoles]),
                    member.Permissions.Count,
                    SignInText.Of(member.SecondFactor),
                    SignInText.IsWeak(member.SecondFactor),
                    member.LastUsed,
                    member.IsSuspended,
                    member.Tokens.Count))],
                [.. report.Members.SelectMany(member => ClientsOf(workspace, member))],
                [.. report.OtherTokens.Select(token => token.Name)],
                report.DueAt,
                report.IsDue,
                [.. reviews.SignOffs(workspace, before: null, SignOffsShown).Select(each => new SignOffRow(NameOf(people, each.SignedBy), each.SignedAt, each.Note))],
                note,
                problems),
            problems?.Status ?? StatusCodes.Status200OK);
    }

    /// <summary>The AI clients that a member let in, as the pages show them.</summary>
    public static IEnumerable<ReviewedClientRow> ClientsOf(WorkspaceId workspace, ReviewedMember member) => member.Clients.Select(client => new ReviewedClientRow(
        $"{AccessPaths.PageOf(workspace)}{ClientPaths.Behind}/{client.Id}",
        client.Name,
        client.VerifiedHost,
        member.Name.Length > 0 ? member.Name : member.Email,
        string.Join(", ", client.Scopes.Select(ScopeWords.LabelOf)),
        client.IsPaused,
        client.ExpiresAt,
        client.LastUsed));

    /// <summary>Whoever runs the server has no person.</summary>
    public static string NameOf(PeopleStore people, string? person) => person is null ? T["The server's operator"] : people.Find(person) is { } found
        ? found.Name.Length > 0 ? found.Name : found.Email
        : T["Somebody who left"];

    internal sealed record Fields(string Note);

    internal sealed class Validator : AbstractValidator<Fields>
    {
        public Validator() => RuleFor(form => form.Note).MaximumLength(AccessReviews.MaxNoteLength).WithMessage(_ => T["A note has up to {0} characters.", AccessReviews.MaxNoteLength]);
    }
}
