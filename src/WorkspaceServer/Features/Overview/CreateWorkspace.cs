using FluentValidation;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Overview.Pages;
using WorkspaceServer.Hosting;
using WorkspaceServer.Workspaces;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Overview;

/// <summary>GET /workspaces/new shows the form for a workspace's name; POST makes the workspace, and so does POST /api/v1/workspaces.</summary>
internal static class CreateWorkspace
{
    public const string Path = AccountPaths.NewWorkspace;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, Show).Guarded(Authority.SignedIn, RateClasses.Pages, InputCheck.None, Recording.Nothing("shows an empty form"));
        routes.MapPost(Path, HandleAsync)
            .TakesForm()
            .Guarded(Authority.SignedIn, RateClasses.Pages, InputCheck.By<Validator>(), Recording.As(AuditActions.WorkspaceCreated));
        routes.MapPost(AccessPaths.Workspaces, Handle)
            .Guarded(Authority.SignedIn, RateClasses.Api, InputCheck.By<Validator>(), Recording.As(AuditActions.WorkspaceCreated));
    }

    private static IResult Show(HttpContext context, NewWorkspaces workspaces)
    {
        var person = SignedIn.Of(context.User);
        return workspaces.MayCreate(person)
            ? Page.Of<NewWorkspacePage>(new NewWorkspaceModel(person.Email, "", null))
            : throw new ProblemException(ProblemCodes.Forbidden, "On this server only its operator makes workspaces. Ask them for one.");
    }

    private static async Task<IResult> HandleAsync(HttpContext context, NewWorkspaces workspaces)
    {
        var person = SignedIn.Of(context.User);
        var (form, problems) = await Form.ReadAsync(context, new Validator());
        return problems is null
            ? SeeOther.To(AccessPaths.PageOf(workspaces.Create(person, form.Name).Id) + FirstData.Behind)
            : Page.Of<NewWorkspacePage>(new NewWorkspaceModel(person.Email, form.Name, problems.For("name")), StatusCodes.Status400BadRequest);
    }

    private static IResult Handle(Fields body, HttpContext context, NewWorkspaces workspaces)
    {
        var made = workspaces.Create(SignedIn.Of(context.User), body.Checked(new Validator()).Name);
        return Results.Json(new { Id = made.Id.ToString(), made.Name }, statusCode: StatusCodes.Status201Created);
    }

    internal sealed record Fields(string Name);

    internal sealed class Validator : AbstractValidator<Fields>
    {
        public Validator() => RuleFor(form => form.Name)
            .Must(name => name.Trim().Length is > 0 and <= WorkspaceLifecycle.MaxNameLength && !name.Any(char.IsControl))
            .WithMessage(_ => T["Give a name of 1 to {0} characters, such as the name of the firm.", WorkspaceLifecycle.MaxNameLength]);
    }
}
