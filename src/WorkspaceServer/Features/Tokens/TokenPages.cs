using System.Globalization;
using System.Security.Claims;
using FluentValidation;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Tokens.Pages;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Tokens;

/// <summary>GET /w/{workspace}/tokens lists the tokens, POST makes one, POST …/tokens/revoke ends one; the same under /api/v1/workspaces/{workspace}/tokens.</summary>
internal static class TokenPages
{
    public const string Behind = "/tokens";

    private const string Path = AccessPaths.Page + Behind;

    private const string ApiPath = AccessPaths.Workspace + Behind;

    private static readonly Validator Rules = new();

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, (WorkspaceId workspace, ClaimsPrincipal user, TokenDesk desk) => Show(workspace, user, desk, null, new Fields("", ""), null))
            .Guarded(Authority.Needs(Permissions.TokensRead.Name), RateClasses.Pages, InputCheck.Ids, Recording.Nothing("reads only"));
        routes.MapPost(Path, CreateAsync)
            .TakesForm()
            .Guarded(Authority.Needs(Permissions.TokensCreate.Name, fresh: true), RateClasses.Pages, InputCheck.By<Validator>(), Recording.As(AuditActions.TokenCreated));
        routes.MapPost(Path + "/revoke", RevokeAsync)
            .TakesForm()
            .Guarded(Authority.Needs(Permissions.TokensRead.Name), RateClasses.Pages, InputCheck.By<Which.Validator>(), Recording.As(AuditActions.TokenRevoked));
        routes.MapGet(ApiPath, (WorkspaceId workspace, TokenDesk desk) => Results.Json(new { Items = desk.List(workspace).Select(Describe) }))
            .Guarded(Authority.Needs(Permissions.TokensRead.Name), RateClasses.Api, InputCheck.Ids, Recording.Nothing("reads only"));
        routes.MapPost(ApiPath, (WorkspaceId workspace, Fields body, ClaimsPrincipal user, TokenDesk desk) =>
            {
                var issued = desk.Create(user, workspace, body.Checked(Rules).Name, Days(body.Days));
                return Results.Json(new { Token = issued.Text, issued.Record.Id, issued.Record.ExpiresAt }, statusCode: StatusCodes.Status201Created);
            })
            .Guarded(Authority.Needs(Permissions.TokensCreate.Name, fresh: true), RateClasses.Api, InputCheck.By<Validator>(), Recording.As(AuditActions.TokenCreated));
        routes.MapDelete(ApiPath + "/{token}", (WorkspaceId workspace, string token, ClaimsPrincipal user, TokenDesk desk) =>
            {
                desk.Revoke(user, workspace, token);
                return Results.NoContent();
            })
            .Guarded(Authority.Needs(Permissions.TokensRead.Name), RateClasses.Api, InputCheck.Ids, Recording.As(AuditActions.TokenRevoked));
    }

    private static async Task<IResult> CreateAsync(WorkspaceId workspace, HttpContext context, TokenDesk desk)
    {
        var (form, problems) = await Form.ReadAsync(context, Rules);
        return problems is null
            // Not a redirect: the token is shown in this answer and nowhere else.
            ? Show(workspace, context.User, desk, desk.Create(context.User, workspace, form.Name, Days(form.Days)), new Fields("", ""), null)
            : Show(workspace, context.User, desk, null, form, problems);
    }

    private static async Task<IResult> RevokeAsync(WorkspaceId workspace, HttpContext context, TokenDesk desk)
    {
        var (form, problems) = await Form.ReadAsync(context, new Which.Validator());
        if (problems is not null)
        {
            throw new ProblemException(ProblemCodes.NotFound, "There is no such token.");
        }

        desk.Revoke(context.User, workspace, form.Token);
        return Page.SeeOther(AccessPaths.PageOf(workspace) + Behind);
    }

    private static IResult Show(WorkspaceId workspace, ClaimsPrincipal user, TokenDesk desk, IssuedToken? issued, Fields form, FormProblems? problems) => Page.Of<TokensPage>(
        new TokensModel(
            AccessPaths.PageOf(workspace),
            [.. desk.List(workspace).Select(token => desk.RowOf(user, workspace, token))],
            desk.MayCreate(user, workspace),
            issued is null ? null : new NewToken(issued.Record.Name, issued.Text, issued.Record.ExpiresAt),
            form.Name,
            form.Days.Length > 0 ? form.Days : "90",
            problems.For("name") ?? problems.For("days")),
        problems is null ? StatusCodes.Status200OK : problems.Status);

    private static object Describe(TokenRecord token) =>
        new { token.Id, token.Name, token.Scopes, token.HiddenColumns, token.CreatedBy, token.CreatedAt, token.ExpiresAt, token.RevokedAt };

    private static TimeSpan Days(string days) => TimeSpan.FromDays(int.Parse(days, CultureInfo.InvariantCulture));

    internal sealed record Fields(string Name, string Days);

    internal sealed class Validator : AbstractValidator<Fields>
    {
        private static readonly int Most = (int)TokenIssuer.MaxLifetime.TotalDays;

        public Validator()
        {
            RuleFor(form => form.Name)
                .Must(name => name.Trim().Length is > 0 and <= TokenIssuer.MaxNameLength && !name.Any(char.IsControl))
                .WithMessage(_ => T["Give a name of 1 to {0} characters, such as the program that will use it.", TokenIssuer.MaxNameLength]);
            RuleFor(form => form.Days)
                .Must(days => int.TryParse(days, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= Most)
                .WithMessage(_ => T["Give a number of days from 1 to {0}.", Most]);
        }
    }

    internal sealed record Which(string Token)
    {
        internal sealed class Validator : AbstractValidator<Which>
        {
            public Validator() => RuleFor(form => form.Token).Matches("^[0-9a-f]{32}$");
        }
    }
}
