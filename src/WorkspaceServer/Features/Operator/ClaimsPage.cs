using FluentValidation;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Controls;
using WorkspaceServer.Features.Operator.Pages;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Operator;

/// <summary>GET /operator/controls/claims and /api/v1/admin/claims: each claim of the product, whether it holds here as far as the server can know, and which tests prove it.</summary>
internal static class ClaimsPage
{
    public const string Path = ControlsPage.Path + "/claims";

    private static readonly Query.Validator Rules = new();

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, async ([AsParameters] Query query, ControlsReport report, TimeProvider clock, CancellationToken cancel) =>
            {
                query.Checked(Rules);
                var all = await report.ClaimsAsync(cancel);
                var page = PageOf(all, query);
                return Page.Of<OperatorClaimsPage>(new ClaimsModel(
                    Path,
                    ControlsPage.Path,
                    clock.GetUtcNow(),
                    [.. Enum.GetValues<ClaimState>().Select(state => new ControlCount(NameOf(state), all.Count(each => each.State == state)))],
                    query.State ?? "",
                    page.Items,
                    page.Next is null ? null : $"{Path}?state={query.State}&after={page.Next}",
                    query.After is null ? null : $"{Path}?state={query.State}"));
            })
            .Guarded(Authority.Needs(Permissions.SystemSettings.Name), RateClasses.Pages, InputCheck.By<Query.Validator>(), Recording.Nothing("reads only"));
        routes.MapGet(OperatorPaths.Api + "/claims", async ([AsParameters] Query query, ControlsReport report, CancellationToken cancel) =>
                PageOf(await report.ClaimsAsync(cancel), query.Checked(Rules)))
            .Guarded(Authority.Needs(Permissions.SystemSettings.Name), RateClasses.Api, InputCheck.By<Query.Validator>(), Recording.Nothing("reads only"));
    }

    /// <summary>As it stands in addresses and answers.</summary>
    private static string NameOf(ClaimState state) => state switch
    {
        ClaimState.NotSoftware => "not_software",
        _ => state.ToString().ToLowerInvariant(),
    };

    private static Page<ClaimRow> PageOf(IReadOnlyList<ClaimStanding> all, Query query)
    {
        var paging = new Paging { Limit = query.Limit, After = query.After };
        var fitting = all.Where(each => string.IsNullOrEmpty(query.State) || NameOf(each.State) == query.State);
        var rest = query.After is null ? fitting : fitting.SkipWhile(each => each.Claim.Id != query.After).Skip(1);
        return paging.PageOf<ClaimStanding, ClaimRow>([.. rest.Take(paging.Rows)], each => each.Claim.Id, RowOf);
    }

    private static ClaimRow RowOf(ClaimStanding each) => new(
        each.Claim.Id, each.Claim.Kind, each.Claim.Criterion, NameOf(each.State), each.Claim.Tests, each.Checks, [.. each.Looks.Select(look => $"{look.Check}: {look.Text}")]);

    internal sealed record Query
    {
        /// <summary>Only those; empty for all.</summary>
        public string? State { get; init; }

        public string? After { get; init; }

        public int? Limit { get; init; }

        internal sealed class Validator : AbstractValidator<Query>
        {
            private static readonly string[] States = [.. Enum.GetValues<ClaimState>().Select(NameOf)];

            public Validator()
            {
                RuleFor(query => query.State).Must(state => string.IsNullOrEmpty(state) || States.Contains(state)).WithMessage($"state is one of {string.Join(", ", States)}.");
                RuleFor(query => query.After).Must(after => after is null || Claim.All.Any(claim => claim.Id == after)).WithMessage("after is the id of a claim.");
                RuleFor(query => query.Limit).InclusiveBetween(1, Paging.MaxLimit).WithMessage($"limit is 1 to {Paging.MaxLimit}.");
            }
        }
    }
}
