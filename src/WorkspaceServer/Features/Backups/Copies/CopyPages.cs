using FluentValidation;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Dashboard.Live;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Backups.Pages;
using WorkspaceServer.Features.Backups.Restore;
using WorkspaceServer.Hosting;
using WorkspaceServer.Hosting.Live;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Backups.Copies;

/// <summary>GET /w/{workspace}/backups/copy?moment=: what a copy would be, and its name; POST asks for it. POST …/withdraw takes that back. GET …/events says when the page is out of date.</summary>
internal static class CopyPages
{
    private static readonly CopyToAsk.Validator Rules = new();
    private static readonly Withdrawing.Validator WithdrawRules = new();

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(CopyPaths.Copy, ShowAsync)
            .Guarded(Authority.Needs(Permissions.BackupsRestore.Name, fresh: true), RateClasses.Pages, InputCheck.By<Chosen.Validator>(), Recording.Nothing("reads only"));
        routes.MapPost(CopyPaths.Copy, AskAsync)
            .TakesForm()
            .Guarded(Authority.Needs(Permissions.BackupsRestore.Name, fresh: true), RateClasses.Pages, InputCheck.By<CopyToAsk.Validator>(), Recording.As(AuditActions.RestoreAsked));
        routes.MapPost(CopyPaths.Withdraw, WithdrawAsync)
            .TakesForm()
            .Guarded(Authority.Needs(Permissions.BackupsRestore.Name), RateClasses.Pages, InputCheck.By<Withdrawing.Validator>(), Recording.As(AuditActions.RestoreWithdrawn));
        routes.MapGet(CopyPaths.Events, (WorkspaceId workspace, HttpContext context, LiveStreams streams, RestoreRequestStore requests, TimeProvider clock) =>
                streams.Open(context, RestoreRequests.TopicOf(workspace), () => requests.StateOf(workspace, clock.GetUtcNow())))
            .WithMetadata(new StaysOpen())
            .Guarded(Authority.Needs(Permissions.BackupsRestore.Name), RateClasses.Pages, InputCheck.Ids, Recording.Nothing("says only that something is new"));
    }

    private static async Task<IResult> ShowAsync(
        WorkspaceId workspace, [AsParameters] Chosen chosen, WorkspaceMoments moments, RestoreRequestStore requests, WorkspaceStore workspaces, TimeProvider clock, CancellationToken cancel)
    {
        if (requests.Newest(workspace)?.IsOpenAt(clock.GetUtcNow()) == true)
        {
            return Page.SeeOther(CopyPaths.PageOf(workspace));
        }

        var moment = await moments.FindAsync(workspace, chosen.Checked().Moment!, cancel);
        return Show(workspace, moment, WorkspaceRestore.NameOf(workspaces.Find(workspace)!.Name, moment.AsOf!.Value.ToOffset(Formats.Zone)), problems: null);
    }

    private static async Task<IResult> AskAsync(WorkspaceId workspace, HttpContext context, WorkspaceMoments moments, RestoreRequests requests, CancellationToken cancel)
    {
        var (form, problems) = await Form.ReadAsync(context, Rules);
        try
        {
            if (problems is null)
            {
                await requests.AskAsync(context.User, workspace, form, cancel);
                return Page.SeeOther(CopyPaths.PageOf(workspace));
            }
        }
        catch (ProblemException problem) when (problem.Code.HttpStatus is StatusCodes.Status403Forbidden or StatusCodes.Status409Conflict or StatusCodes.Status429TooManyRequests)
        {
            problems = FormProblems.Whole(problem.Message, problem.Code.HttpStatus);
        }

        return Show(workspace, await moments.FindAsync(workspace, form.Moment, cancel), form.Name, problems);
    }

    private static async Task<IResult> WithdrawAsync(WorkspaceId workspace, HttpContext context, RestoreRequests requests)
    {
        var (form, problems) = await Form.ReadAsync(context, WithdrawRules);
        if (problems is not null)
        {
            throw new ProblemException(ProblemCodes.NotFound, problems.Fields.Values.First());
        }

        try
        {
            requests.Withdraw(context.User, workspace, form.Request);
        }
        catch (ProblemException problem) when (problem.Code == ProblemCodes.RequestOver)
        {
            // The page says how it stands.
        }

        return Page.SeeOther(CopyPaths.PageOf(workspace));
    }

    private static IResult Show(WorkspaceId workspace, BackupMoment moment, string name, FormProblems? problems) => Page.Of<CopyPage>(
        new CopyModel(
            CopyPaths.PageOf(workspace), CopyPaths.PageOf(workspace) + "/copy", moment.Key.ToString(), moment.AsOf!.Value, moment.IsWhole, moment.Bytes, name, (int)RestoreRequests.Lifetime.TotalDays, problems),
        problems?.Status ?? StatusCodes.Status200OK);

    internal sealed record Chosen
    {
        private static readonly Validator ChosenRules = new();

        public string? Moment { get; init; }

        public Chosen Checked() => this.Checked(ChosenRules);

        internal sealed class Validator : AbstractValidator<Chosen>
        {
            public Validator() => RuleFor(chosen => chosen.Moment).Must(moment => Generations.MomentKey.Parse(moment) is not null).WithMessage(_ => T["Choose a moment of the list."]);
        }
    }

    internal sealed record Withdrawing(string Request)
    {
        internal sealed class Validator : AbstractValidator<Withdrawing>
        {
            public Validator() => RuleFor(form => form.Request).Matches("^[0-9a-f]{32}\\z").WithMessage(_ => T["There is no such request."]);
        }
    }
}
