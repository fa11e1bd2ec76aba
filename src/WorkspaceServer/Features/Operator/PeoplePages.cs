using FluentValidation;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Accounts.SecondFactors;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Operator.Pages;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Operator;

/// <summary>GET /operator/people and /api/v1/admin/people: who has an account, page by page. POST …/suspend keeps one of them out, POST …/reinstate lets them in again. The same under /api/v1/admin/people/{person}.</summary>
internal static class PeoplePages
{
    private const string Path = "/operator/people";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, (HttpContext context, [AsParameters] Paging paging, PeopleStore people, SecondFactorStore factors) => Show(context, paging.Checked(), people, factors, problems: null))
            .Guarded(Authority.Needs(Permissions.SystemUsers.Name), RateClasses.Pages, InputCheck.By<Paging.Validator>(), Recording.Nothing("reads only"));
        routes.MapGet(OperatorPaths.Api + "/people", (HttpContext context, [AsParameters] Paging paging, PeopleStore people, SecondFactorStore factors) =>
                PageOf(SignedIn.Of(context.User).PersonId, paging.Checked(), people, factors))
            .Guarded(Authority.Needs(Permissions.SystemUsers.Name), RateClasses.Api, InputCheck.By<Paging.Validator>(), Recording.Nothing("reads only"));
        routes.MapPost(Path + "/suspend", (HttpContext context, PeopleStore people, SecondFactorStore factors, Suspensions suspensions) =>
                ChangeAsync(context, people, factors, suspensions.SuspendAsync))
            .TakesForm()
            .Guarded(Authority.Needs(Permissions.SystemUsers.Name, fresh: true), RateClasses.Pages, InputCheck.By<Validator>(), Recording.As(AuditActions.PersonSuspended));
        routes.MapPost(Path + "/reinstate", (HttpContext context, PeopleStore people, SecondFactorStore factors, Suspensions suspensions) =>
                ChangeAsync(context, people, factors, suspensions.ReinstateAsync))
            .TakesForm()
            .Guarded(Authority.Needs(Permissions.SystemUsers.Name, fresh: true), RateClasses.Pages, InputCheck.By<Validator>(), Recording.As(AuditActions.PersonReinstated));
        routes.MapPost(OperatorPaths.Api + "/people/{person}/suspend", async (string person, HttpContext context, PeopleStore people, Suspensions suspensions) =>
            {
                await ChangeAsync(context, people, person, suspensions.SuspendAsync);
                return Results.NoContent();
            })
            .Guarded(Authority.Needs(Permissions.SystemUsers.Name, fresh: true), RateClasses.Api, InputCheck.Ids, Recording.As(AuditActions.PersonSuspended));
        routes.MapPost(OperatorPaths.Api + "/people/{person}/reinstate", async (string person, HttpContext context, PeopleStore people, Suspensions suspensions) =>
            {
                await ChangeAsync(context, people, person, suspensions.ReinstateAsync);
                return Results.NoContent();
            })
            .Guarded(Authority.Needs(Permissions.SystemUsers.Name, fresh: true), RateClasses.Api, InputCheck.Ids, Recording.As(AuditActions.PersonReinstated));
    }

    private static async Task<IResult> ChangeAsync(HttpContext context, PeopleStore people, SecondFactorStore factors, Func<Person, Task> change)
    {
        var (form, problems) = await Form.ReadAsync(context, new Validator());
        if (problems is null)
        {
            try
            {
                await ChangeAsync(context, people, form.Person, change);
                return SeeOther.To(Path);
            }
            catch (ProblemException problem) when (problem.Code.HttpStatus == StatusCodes.Status409Conflict)
            {
                problems = FormProblems.Whole(problem.Message, StatusCodes.Status409Conflict);
            }
        }

        return Show(context, new Paging(), people, factors, problems);
    }

    private static Task ChangeAsync(HttpContext context, PeopleStore people, string id, Func<Person, Task> change)
    {
        var person = people.Find(id) ?? throw new ProblemException(ProblemCodes.NotFound, "There is no such person on this server.");
        return person.Id == SignedIn.Of(context.User).PersonId
            ? throw new ProblemException(ProblemCodes.InUse, "You cannot suspend yourself. Another super admin can.")
            : change(person);
    }

    private static Page<OperatedPerson> PageOf(string me, Paging paging, PeopleStore people, SecondFactorStore factors) => paging.PageOf(
        people.ListPage(paging.After, paging.Rows),
        person => person.Id,
        person => new OperatedPerson(
            person.Id, person.Name, person.Email, person.Role == SystemRole.SuperAdmin, factors.FindKey(person.Id) is not null, person.CreatedAt, person.SuspendedAt is not null, person.Id == me));

    private static IResult Show(HttpContext context, Paging paging, PeopleStore people, SecondFactorStore factors, FormProblems? problems)
    {
        var page = PageOf(SignedIn.Of(context.User).PersonId, paging, people, factors);
        return Page.Of<PeoplePage>(
            new PeopleModel(Path, people.Count(), page.Items, OperatorPaths.NextOf(Path, paging, page.Next), paging.After is null ? null : Path, problems),
            problems?.Status ?? StatusCodes.Status200OK);
    }

    internal sealed record Fields(string Person);

    internal sealed class Validator : AbstractValidator<Fields>
    {
        public Validator() => RuleFor(form => form.Person).Length(1, 64).WithMessage("person is the id of a person.");
    }
}
