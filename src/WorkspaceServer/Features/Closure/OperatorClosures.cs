using FluentValidation;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Closure.Pages;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Closure;

/// <summary>GET /operator/closures: accounts that are to be closed, with what has to be done by hand; POST …/approve closes one. The same under /api/v1/admin/closures.</summary>
internal static class OperatorClosures
{
    /// <summary>Open cases on the page; the interface pages through all.</summary>
    private const int MaxOpenShown = 100;

    private const int MaxApprovedShown = 50;

    private static readonly Validator Rules = new();
    private static readonly Body.Validator BodyRules = new();

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(ClosurePaths.Operator, (ClosureStore store, Closures closures) => Show(store, closures, problems: null))
            .Guarded(Authority.Needs(Permissions.SystemUsers.Name), RateClasses.Pages, InputCheck.None, Recording.Nothing("reads only"));
        routes.MapPost(ClosurePaths.Approve, ApproveAsync)
            .TakesForm()
            .Guarded(Authority.Needs(Permissions.SystemUsers.Name, fresh: true), RateClasses.Pages, InputCheck.By<Validator>(), Recorded());
        routes.MapGet(ClosurePaths.ApiAdmin, ([AsParameters] Paging paging, ClosureStore store, Closures closures) =>
                paging.Checked().PageOf(store.ListOpen(paging.After, paging.Rows), each => each.Id, each => RowOf(each, closures)))
            .Guarded(Authority.Needs(Permissions.SystemUsers.Name), RateClasses.Api, InputCheck.By<Paging.Validator>(), Recording.Nothing("reads only"));
        routes.MapPost(ClosurePaths.ApiAdmin + "/{closure}/approve", (string closure, Body body, HttpContext context, Closures closures, ClosureMails mails) =>
            {
                body.Checked(BodyRules);
                Approve(context, closures, mails, closure, new ClosureChecklist(body.Subscription, body.Identity, body.Provider));
                return Results.NoContent();
            })
            .Guarded(Authority.Needs(Permissions.SystemUsers.Name, fresh: true), RateClasses.Api, InputCheck.By<Body.Validator>(), Recorded());
    }

    private static Recording Recorded() => Recording.As(AuditActions.PersonClosed, AuditActions.MemberRemoved, AuditActions.WorkspaceClosing);

    private static async Task<IResult> ApproveAsync(HttpContext context, ClosureStore store, Closures closures, ClosureMails mails)
    {
        var (form, problems) = await Form.ReadAsync(context, Rules);
        if (problems is not null)
        {
            return Show(store, closures, FormProblems.Whole(problems.Fields.Values.First()));
        }

        try
        {
            Approve(context, closures, mails, form.Closure, new ClosureChecklist(form.Subscription == "true", form.Identity == "true", form.Provider == "true"));
            return SeeOther.To(ClosurePaths.Operator);
        }
        catch (ProblemException problem) when (problem.Code.HttpStatus is >= 400 and < 500)
        {
            return Show(store, closures, FormProblems.Whole(problem.Message, problem.Code.HttpStatus));
        }
    }

    private static void Approve(HttpContext context, Closures closures, ClosureMails mails, string id, ClosureChecklist done) =>
        mails.Closed(closures.Approve(id, done, SignedIn.Of(context.User).PersonId));

    private static IResult Show(ClosureStore store, Closures closures, FormProblems? problems) => Page.Of<OperatorClosuresPage>(
        new OperatorClosuresModel(
            ClosurePaths.Approve,
            [.. store.ListOpen(after: null, MaxOpenShown).Select(each => RowOf(each, closures))],
            [.. store.ListApproved(MaxApprovedShown).Select(each => new ClosedRow(each.Name, each.Email, each.AskedAt, each.ApprovedAt!.Value))],
            problems),
        problems?.Status ?? StatusCodes.Status200OK);

    private static ClosureRow RowOf(ClosureCase each, Closures closures)
    {
        var state = closures.StateOf(each);
        return new ClosureRow(each.Id, each.Name, each.Email, each.AskedAt, [.. state.HandOver.Select(workspace => workspace.Name)], [.. state.GoAlong.Select(workspace => workspace.Name)]);
    }

    /// <summary>A tick that is missing is empty.</summary>
    internal sealed record Fields(string Closure, string Subscription, string Identity, string Provider);

    internal sealed class Validator : AbstractValidator<Fields>
    {
        public Validator()
        {
            RuleFor(form => form.Closure).Length(1, 64).WithMessage("closure is the id of a case.");
            RuleFor(form => form.Subscription).Must(IsTick).WithMessage("subscription is true or missing.");
            RuleFor(form => form.Identity).Must(IsTick).WithMessage("identity is true or missing.");
            RuleFor(form => form.Provider).Must(IsTick).WithMessage("provider is true or missing.");
        }

        private static bool IsTick(string text) => text is "" or "true";
    }

    internal sealed record Body(bool Subscription, bool Identity, bool Provider)
    {
        internal sealed class Validator : AbstractValidator<Body>
        {
            public Validator() => RuleFor(body => body).Must(body => body is { Subscription: true, Identity: true, Provider: true }).WithMessage("subscription, identity and provider are true, after each was done.");
        }
    }
}
