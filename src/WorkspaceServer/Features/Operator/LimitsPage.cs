using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Operator.Pages;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Operator;

/// <summary>GET /operator/limits: every limit in force, the table that the verb `limits` prints.</summary>
internal static class LimitsPage
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/operator/limits", (IServiceProvider services, EndpointDataSource endpoints) =>
        {
            var table = LimitsTable.Of(services, endpoints.Endpoints.OfType<RouteEndpoint>());
            return Page.Of<OperatorLimitsPage>(new LimitsModel(
                [.. table.Classes.Select(each => new LimitedClassRow(each.Name, each.Requests, each.WindowSeconds, each.Key, each.Kept, each.Setting))],
                [.. table.Others.Select(each => new BoundRow(each.Name, each.Value, each.Unit, each.Setting))],
                [.. table.Endpoints.Select(each => new LimitedEndpointRow(each.Method, each.Path, each.Guard.Rate.Name))]));
        })
        .Guarded(Authority.Needs(Permissions.SystemSettings.Name), RateClasses.Pages, InputCheck.None, Recording.Nothing("reads only"));
}
