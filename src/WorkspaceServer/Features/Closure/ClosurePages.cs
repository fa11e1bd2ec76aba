using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Accounts.Endpoints;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Closure.Pages;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Closure;

/// <summary>GET /account/closure: take a copy of one's data, and ask for the account to be closed (POST), or call that off (POST …/call-off). The same under /api/v1/account/closure.</summary>
internal static class ClosurePages
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(ClosurePaths.Page, (HttpContext context, Closures closures) => Show(context, closures, problems: null))
            .Guarded(Authority.SignedIn, RateClasses.Pages, InputCheck.None, Recording.Nothing("somebody looks at their own account"));
        routes.MapPost(ClosurePaths.Page, AskAsync)
            .TakesForm()
            .Guarded(Authority.FreshlySignedIn, RateClasses.Pages, InputCheck.By<NoFields.Validator>(), Recording.As(AuditActions.ClosureAsked));
        routes.MapPost(ClosurePaths.CallOff, CallOffAsync)
            .TakesForm()
            .Guarded(Authority.SignedIn, RateClasses.Pages, InputCheck.By<NoFields.Validator>(), Recording.As(AuditActions.ClosureCalledOff));
        routes.MapGet(ClosurePaths.Api, (HttpContext context, Closures closures) => AnswerOf(closures.StateOf(SignedIn.Of(context.User).PersonId)))
            .Guarded(Authority.SignedIn, RateClasses.Api, InputCheck.None, Recording.Nothing("somebody looks at their own account"));
        routes.MapPost(ClosurePaths.Api, (HttpContext context, Closures closures, ClosureMails mails) =>
            {
                Ask(context, closures, mails);
                return Results.Json(AnswerOf(closures.StateOf(SignedIn.Of(context.User).PersonId)), statusCode: StatusCodes.Status201Created);
            })
            .Guarded(Authority.FreshlySignedIn, RateClasses.Api, InputCheck.None, Recording.As(AuditActions.ClosureAsked));
        routes.MapPost(ClosurePaths.ApiCallOff, (HttpContext context, Closures closures, ClosureMails mails) =>
            {
                CallOff(context, closures, mails);
                return Results.NoContent();
            })
            .Guarded(Authority.SignedIn, RateClasses.Api, InputCheck.None, Recording.As(AuditActions.ClosureCalledOff));
    }

    private static async Task<IResult> AskAsync(HttpContext context, Closures closures, ClosureMails mails)
    {
        await Form.ReadAsync(context, new NoFields.Validator());
        try
        {
            Ask(context, closures, mails);
            return SeeOther.To(ClosurePaths.Page);
        }
        catch (ProblemException problem) when (problem.Code == ProblemCodes.LastOwner)
        {
            return Show(context, closures, FormProblems.Whole(problem.Message, StatusCodes.Status409Conflict));
        }
        catch (ProblemException problem) when (problem.Code == ProblemCodes.AlreadyExists)
        {
            // A second click: what they wanted is so.
            return SeeOther.To(ClosurePaths.Page);
        }
    }

    private static async Task<IResult> CallOffAsync(HttpContext context, Closures closures, ClosureMails mails)
    {
        await Form.ReadAsync(context, new NoFields.Validator());
        try
        {
            CallOff(context, closures, mails);
        }
        catch (ProblemException problem) when (problem.Code == ProblemCodes.NotFound)
        {
            // Called off twice is as good as once; the page says how it stands.
        }

        return SeeOther.To(ClosurePaths.Page);
    }

    private static void Ask(HttpContext context, Closures closures, ClosureMails mails) => mails.Asked(closures.Ask(SignedIn.Of(context.User).PersonId));

    private static void CallOff(HttpContext context, Closures closures, ClosureMails mails)
    {
        var person = SignedIn.Of(context.User);
        closures.CallOff(person.PersonId);
        mails.CalledOff(person.Email);
    }

    private static IResult Show(HttpContext context, Closures closures, FormProblems? problems)
    {
        var person = SignedIn.Of(context.User);
        var state = closures.StateOf(person.PersonId);
        return Page.Of<ClosurePage>(
            new ClosureModel(
                person.Email, state.Open?.AskedAt, [.. state.HandOver.Select(RowOf)], [.. state.GoAlong.Select(RowOf)], new ClosureActions(ClosurePaths.Page, ClosurePaths.CallOff, ClosurePaths.Export), problems),
            problems?.Status ?? StatusCodes.Status200OK);
    }

    private static SoleRow RowOf(SoleWorkspace workspace) => new(workspace.Name, $"/w/{workspace.Id}/team");

    private static Answer AnswerOf(ClosureState state) =>
        new(state.Open?.AskedAt, [.. state.HandOver.Select(each => each.Id.ToString())], [.. state.GoAlong.Select(each => each.Id.ToString())]);

    /// <param name="AskedAt">Null if the account is not to be closed.</param>
    /// <param name="HandOver">Ids of workspaces that need another owner first.</param>
    /// <param name="GoAlong">Ids of workspaces that are deleted with the account.</param>
    internal sealed record Answer(DateTimeOffset? AskedAt, IReadOnlyList<string> HandOver, IReadOnlyList<string> GoAlong);
}
