using System.Globalization;
using FluentValidation;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Team.Pages;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Team;

/// <summary>GET /w/{workspace}/settings shows after how long without use its members are signed out; POST changes it. The same under /api/v1/workspaces/{workspace}/settings, with PUT.</summary>
internal static class SettingsPage
{
    public const int MinIdleMinutes = 5;
    public const int MaxIdleMinutes = 60;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(TeamPaths.Settings, (WorkspaceId workspace, SettingsStore settings, AuthOptions auth) => Show(workspace, settings.IdleMinutes(workspace)?.ToString(CultureInfo.InvariantCulture) ?? "", auth, null))
            .Guarded(Authority.Needs(Permissions.WorkspaceSettings.Name), RateClasses.Pages, InputCheck.Ids, Recording.Nothing("reads only"));
        routes.MapPost(TeamPaths.Settings, HandleAsync)
            .TakesForm()
            .Guarded(Authority.Needs(Permissions.WorkspaceSettings.Name, fresh: true), RateClasses.Pages, InputCheck.By<Validator>(), Recording.As(AuditActions.WorkspaceSettingsChanged));
        routes.MapGet(AccessPaths.Workspace + "/settings", (WorkspaceId workspace, SettingsStore settings) => new Body { IdleMinutes = settings.IdleMinutes(workspace) })
            .Guarded(Authority.Needs(Permissions.WorkspaceSettings.Name), RateClasses.Api, InputCheck.Ids, Recording.Nothing("reads only"));
        routes.MapPut(AccessPaths.Workspace + "/settings", (Body body, HttpContext context, WorkspaceId workspace, SettingsStore settings, AuditLog audit) =>
            {
                Change(context, workspace, body.Checked(new Body.Validator()).IdleMinutes, settings, audit);
                return Results.NoContent();
            })
            .Guarded(Authority.Needs(Permissions.WorkspaceSettings.Name, fresh: true), RateClasses.Api, InputCheck.By<Body.Validator>(), Recording.As(AuditActions.WorkspaceSettingsChanged));
    }

    private static async Task<IResult> HandleAsync(HttpContext context, WorkspaceId workspace, SettingsStore settings, AuthOptions auth, AuditLog audit)
    {
        var (form, problems) = await Form.ReadAsync(context, new Validator());
        problems ??= Refused.Or(() => Change(context, workspace, Minutes(form.Idle), settings, audit));
        return problems is null ? SeeOther.To(AccessPaths.PageOf(workspace) + "/settings") : Show(workspace, form.Idle, auth, problems);
    }

    /// <param name="minutes">Null: as on the whole server.</param>
    private static void Change(HttpContext context, WorkspaceId workspace, int? minutes, SettingsStore settings, AuditLog audit)
    {
        using var connection = settings.Open();
        connection.Begin();
        Policy.Require(connection, Principal.Of(context.User)!, workspace, PermissionSet.Of(Permissions.WorkspaceSettings));
        SettingsStore.SetIdleMinutes(connection, workspace, minutes);
        audit.Append(connection, new AuditEntry(AuditActions.WorkspaceSettingsChanged) { Workspace = workspace, Details = [("idle_minutes", minutes is { } set ? (long)set : "as the server")] });
        connection.Commit();
    }

    private static IResult Show(WorkspaceId workspace, string idle, AuthOptions auth, FormProblems? problems) => Page.Of<Pages.SettingsPage>(
        new SettingsModel(AccessPaths.PageOf(workspace) + "/settings", idle, auth.SessionIdleMinutes, problems), problems?.Status ?? StatusCodes.Status200OK);

    private static int? Minutes(string typed) => typed.Trim().Length == 0 ? null : int.Parse(typed.Trim(), CultureInfo.InvariantCulture);

    internal sealed record Fields(string Idle);

    internal sealed record Body
    {
        /// <summary>After how many minutes without use members are signed out; null: as on the whole server.</summary>
        public int? IdleMinutes { get; init; }

        internal sealed class Validator : AbstractValidator<Body>
        {
            public Validator() => RuleFor(body => body.IdleMinutes).InclusiveBetween(MinIdleMinutes, MaxIdleMinutes).WithMessage($"idle_minutes is {MinIdleMinutes} to {MaxIdleMinutes}, or null.");
        }
    }

    internal sealed class Validator : AbstractValidator<Fields>
    {
        public Validator() => RuleFor(form => form.Idle)
            .Must(typed => typed.Trim().Length == 0
                || (int.TryParse(typed.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var minutes) && minutes is >= MinIdleMinutes and <= MaxIdleMinutes))
            .WithMessage(_ => T["Give a number from {0} to {1}, or nothing.", MinIdleMinutes, MaxIdleMinutes]);
    }
}
