using FluentValidation;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Operator.Controls;
using WorkspaceServer.Features.Operator.Pages;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Operator;

/// <summary>GET /operator/controls and /api/v1/admin/controls: each claim of the product, whether it holds here as far as the server can know, and which tests prove it.</summary>
internal static class ControlsPage
{
    private const string Path = "/operator/controls";

    private static readonly Query.Validator Rules = new();

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, async ([AsParameters] Query query, ControlsReport report, TimeProvider clock, CancellationToken cancel) =>
            {
                query.Checked(Rules);
                var all = await report.MakeAsync(cancel);
                var page = PageOf(all, query);
                return Page.Of<OperatorControlsPage>(new ControlsModel(
                    Path,
                    clock.GetUtcNow(),
                    [.. Enum.GetValues<ControlState>().Select(state => new ControlCount(NameOf(state), all.Count(each => each.State == state)))],
                    query.State ?? "",
                    page.Items,
                    page.Next is null ? null : $"{Path}?state={query.State}&after={page.Next}",
                    query.After is null ? null : $"{Path}?state={query.State}"));
            })
            .Guarded(Authority.Needs(Permissions.SystemSettings.Name), RateClasses.Pages, InputCheck.By<Query.Validator>(), Recording.Nothing("reads only"));
        routes.MapGet(OperatorPaths.Api + "/controls", async ([AsParameters] Query query, ControlsReport report, CancellationToken cancel) =>
                PageOf(await report.MakeAsync(cancel), query.Checked(Rules)))
            .Guarded(Authority.Needs(Permissions.SystemSettings.Name), RateClasses.Api, InputCheck.By<Query.Validator>(), Recording.Nothing("reads only"));
    }

    /// <summary>As it stands in addresses and answers.</summary>
    public static string NameOf(ControlState state) => state switch
    {
        ControlState.NotSoftware => "not_software",
        _ => state.ToString().ToLowerInvariant(),
    };

    private static Page<ControlRow> PageOf(IReadOnlyList<ControlStanding> all, Query query)
    {
        var paging = new Paging { Limit = query.Limit, After = query.After };
        var fitting = all.Where(each => string.IsNullOrEmpty(query.State) || NameOf(each.State) == query.State);
        var rest = query.After is null ? fitting : fitting.SkipWhile(each => each.Control.Id != query.After).Skip(1);
        return paging.PageOf<ControlStanding, ControlRow>([.. rest.Take(paging.Rows)], each => each.Control.Id, RowOf);
    }

    private static ControlRow RowOf(ControlStanding each) => new(
        each.Control.Id, each.Control.Kind, each.Control.Criterion, NameOf(each.State), each.Control.Tests, each.Checks, [.. each.Findings.Select(finding => $"{finding.Check}: {finding.Text}")]);

    internal sealed record Query
    {
        /// <summary>Only those; empty for all.</summary>
        public string? State { get; init; }

        public string? After { get; init; }

        public int? Limit { get; init; }

        internal sealed class Validator : AbstractValidator<Query>
        {
            private static readonly string[] States = [.. Enum.GetValues<ControlState>().Select(NameOf)];

            public Validator()
            {
                RuleFor(query => query.State).Must(state => string.IsNullOrEmpty(state) || States.Contains(state)).WithMessage($"state is one of {string.Join(", ", States)}.");
                RuleFor(query => query.After).Must(after => after is null || SecurityControl.All.Any(control => control.Id == after)).WithMessage("after is the id of a control.");
                RuleFor(query => query.Limit).InclusiveBetween(1, Paging.MaxLimit).WithMessage($"limit is 1 to {Paging.MaxLimit}.");
            }
        }
    }
}
