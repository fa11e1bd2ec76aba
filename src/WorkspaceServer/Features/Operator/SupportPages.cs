using System.Globalization;
using FluentValidation;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Dashboard.Components;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Support;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Operator.Pages;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Operator;

/// <summary>GET /operator/support: every look that super admins took into a workspace. POST takes one: for a reason, to read, for up to 4 hours; its owners see it.</summary>
internal static class SupportPages
{
    private const string Path = "/operator/support";

    private const int Shown = 100;

    private static readonly Validator Rules = new();

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, (SupportGrants grants, WorkspaceStore workspaces, PeopleStore people, TimeProvider clock) => Show(grants, workspaces, people, clock, new Fields("", "", "60"), problems: null))
            .Guarded(Authority.Needs(Permissions.SystemSupport.Name), RateClasses.Pages, InputCheck.None, Recording.Nothing("reads only"));
        routes.MapPost(Path, CreateAsync)
            .TakesForm()
            .Guarded(Authority.Needs(Permissions.SystemSupport.Name, fresh: true), RateClasses.Pages, InputCheck.By<Validator>(), Recording.As(AuditActions.SupportGranted));
    }

    private static async Task<IResult> CreateAsync(HttpContext context, SupportGrants grants, WorkspaceStore workspaces, PeopleStore people, TimeProvider clock)
    {
        var (form, problems) = await Form.ReadAsync(context, Rules);
        if (problems is null && workspaces.Find(WorkspaceId.Parse(form.Workspace)) is null)
        {
            problems = FormProblems.Of("workspace", T["There is no such workspace."]);
        }

        if (problems is not null)
        {
            return Show(grants, workspaces, people, clock, form, problems);
        }

        var minutes = int.Parse(form.Minutes, CultureInfo.InvariantCulture);
        grants.Create(SignedIn.Of(context.User).PersonId, WorkspaceId.Parse(form.Workspace), form.Reason, TimeSpan.FromMinutes(minutes));
        return SeeOther.To(Path);
    }

    private static IResult Show(SupportGrants grants, WorkspaceStore workspaces, PeopleStore people, TimeProvider clock, Fields form, FormProblems? problems)
    {
        var (all, now) = (workspaces.List(), clock.GetUtcNow());
        var names = all.ToDictionary(each => each.Id, each => each.Name);
        return Page.Of<OperatorSupportPage>(
            new OperatorSupportModel(
                Path,
                [
                    .. grants.List(workspace: null, before: null, Shown).Select(each => new GivenSupport(
                        names.GetValueOrDefault(each.Workspace) ?? T["A workspace that was deleted"],
                        "/w/" + each.Workspace,
                        people.Find(each.Person)?.Name ?? T["Somebody who is gone"],
                        each.Reason,
                        each.StateAt(now),
                        each.CreatedAt,
                        each.EndedAt ?? each.ExpiresAt,
                        each.Reads)),
                ],
                [.. all.Select(each => new SelectOption(each.Id.ToString(), each.Name))],
                form.Workspace,
                form.Reason,
                form.Minutes,
                problems),
            problems?.Status ?? StatusCodes.Status200OK);
    }

    internal sealed record Fields(string Workspace, string Reason, string Minutes);

    internal sealed class Validator : AbstractValidator<Fields>
    {
        private static readonly int MaxMinutes = (int)SupportGrants.MaxDuration.TotalMinutes;

        public Validator()
        {
            RuleFor(form => form.Workspace).Must(text => WorkspaceId.TryParse(text, out _)).WithMessage(_ => T["Choose a workspace."]);
            RuleFor(form => form.Reason).Length(SupportGrants.MinReasonLength, SupportGrants.MaxReasonLength)
                .WithMessage(_ => T["Say why, in {0} to {1} characters. The owners read it.", SupportGrants.MinReasonLength, SupportGrants.MaxReasonLength]);
            RuleFor(form => form.Minutes).Must(text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var minutes) && minutes >= 1 && minutes <= MaxMinutes)
                .WithMessage(_ => T["Give a number from 1 to {0}.", MaxMinutes]);
        }
    }
}
