using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.OAuth.Grants;
using WorkspaceServer.Features.OAuth.Pages;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.OAuth.Doctor;

/// <summary>GET /w/{workspace}/clients/test: an AI client without an AI, to call the tools by hand. It runs in the browser, with a token that only the browser learns; its calls are recorded where they arrive, at the MCP endpoint.</summary>
internal static class TestClientPage
{
    public const string Behind = ClientPaths.Behind + "/test";

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet(AccessPaths.Page + Behind, Show)
        .Guarded(Authority.Needs(Permissions.ClientsRead.Name), RateClasses.Pages, InputCheck.Ids, Recording.Nothing("reads only"));

    private static IResult Show(WorkspaceId workspace, PublicAddress address)
    {
        var (home, url) = (AccessPaths.PageOf(workspace), ProtectedResource.Of(address));
        return Page.Of<TestPage>(new TestModel(home, home + ClientPaths.Behind, url, new Uri(url).AbsolutePath));
    }
}
