using FluentValidation;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Controls;
using WorkspaceServer.Features.Operator.Pages;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Operator;

/// <summary>GET /operator/controls and /api/v1/admin/controls: each security control, whether it is in force here, who looked when, and which tests prove it.</summary>
internal static class ControlsPage
{
    public const string Path = "/operator/controls";

    private static readonly Query.Validator Rules = new();

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, async (ControlsReport report, TimeProvider clock, CancellationToken cancel) =>
            {
                var all = await report.LookAsync(cancel);
                return Page.Of<OperatorControlsPage>(new ControlsModel(
                    ClaimsPage.Path,
                    clock.GetUtcNow(),
                    ControlsReport.Version,
                    [.. Enum.GetValues<ControlState>().Select(state => new ControlCount(ControlAnswer.NameOf(state), all.Count(each => each.State == state)))],
                    [.. all.GroupBy(each => each.Control.Topic).OrderBy(topic => topic.Key).Select(topic => new ControlTopicRows(topic.Key.Title(), [.. topic.Select(RowOf)]))]));
            })
            .Guarded(Authority.Needs(Permissions.SystemSettings.Name), RateClasses.Pages, InputCheck.None, Recording.Nothing("reads only"));
        routes.MapGet(OperatorPaths.Api + "/controls", async ([AsParameters] Query query, ControlsReport report, CancellationToken cancel) =>
                PageOf(await report.LookAsync(cancel), query.Checked(Rules)))
            .Guarded(Authority.Needs(Permissions.SystemSettings.Name), RateClasses.Api, InputCheck.By<Query.Validator>(), Recording.Nothing("reads only"));
    }

    private static Page<ControlAnswer> PageOf(IReadOnlyList<ControlStanding> all, Query query)
    {
        var paging = new Paging { Limit = query.Limit, After = query.After };
        var fitting = all.Where(each => string.IsNullOrEmpty(query.State) || ControlAnswer.NameOf(each.State) == query.State);
        var rest = query.After is null ? fitting : fitting.SkipWhile(each => each.Control.Id != query.After).Skip(1);
        return paging.PageOf<ControlStanding, ControlAnswer>([.. rest.Take(paging.Rows)], each => each.Control.Id, ControlAnswer.Of);
    }

    private static ControlRow RowOf(ControlStanding each) => new(
        each.Control.Id,
        each.Control.Title.ToString(),
        ControlAnswer.NameOf(each.State),
        each.CheckedAt,
        each.Control.Claims,
        each.Tests,
        each.Unproved,
        [.. each.Looks.Select(look => new ControlLookRow(look.Check, look.State == Hosting.Checks.CheckState.Ok && !look.IsOff, look.Text, look.Cure))],
        each.Unseen);

    internal sealed record Query
    {
        /// <summary>Only those; empty for all.</summary>
        public string? State { get; init; }

        public string? After { get; init; }

        public int? Limit { get; init; }

        internal sealed class Validator : AbstractValidator<Query>
        {
            private static readonly string[] States = [.. Enum.GetValues<ControlState>().Select(ControlAnswer.NameOf)];

            public Validator()
            {
                RuleFor(query => query.State).Must(state => string.IsNullOrEmpty(state) || States.Contains(state)).WithMessage($"state is one of {string.Join(", ", States)}.");
                RuleFor(query => query.After).Must(after => after is null || SecurityControl.All.Any(control => control.Id == after)).WithMessage("after is the id of a control.");
                RuleFor(query => query.Limit).InclusiveBetween(1, Paging.MaxLimit).WithMessage($"limit is 1 to {Paging.MaxLimit}.");
            }
        }
    }
}
