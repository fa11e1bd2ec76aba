using FluentValidation;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Tokens.Pages;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Tokens;

/// <summary>GET /w/{workspace}/connect?client=: the one address, and what to do with it in each AI client.</summary>
internal static class ConnectPageEndpoint
{
    public const string Behind = "/connect";

    private static readonly Validator Rules = new();

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet(AccessPaths.Page + Behind, Handle)
        .Guarded(Authority.Needs(Permissions.ClientsRead.Name), RateClasses.Pages, InputCheck.By<Validator>(), Recording.Nothing("reads only"));

    private static IResult Handle(WorkspaceId workspace, [AsParameters] Query query, PublicAddress address, EndpointDataSource endpoints, TokenDesk desk, HttpContext context)
    {
        query.Checked(Rules);
        var signsIn = endpoints.Endpoints.OfType<RouteEndpoint>()
            .Any(endpoint => endpoint.RoutePattern.RawText?.TrimStart('/').StartsWith(".well-known/oauth-authorization-server", StringComparison.Ordinal) == true);
        var guides = ClientGuides.For(address.Origin + "/mcp", signsIn);
        var home = AccessPaths.PageOf(workspace);
        return Page.Of<ConnectPage>(new ConnectModel(
            home,
            address.Origin + "/mcp",
            guides,
            guides.FirstOrDefault(guide => guide.Id == query.Client) ?? guides[0],
            [.. desk.List(workspace).Select(token => desk.RowOf(context.User, workspace, token)).Where(token => token.State == "good")]));
    }

    internal sealed record Query
    {
        public string? Client { get; init; }
    }

    internal sealed class Validator : AbstractValidator<Query>
    {
        public Validator() => RuleFor(query => query.Client).MaximumLength(20).WithMessage("client is the name of a tab.");
    }
}
