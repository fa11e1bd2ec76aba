using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Accounts.External;

/// <summary>GET /sign-in in mode clerk: leads to the pages that sign people in at Clerk and exchange its token. Ours load no script of another origin.</summary>
internal static class ClerkSignInPage
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet(AccountPaths.SignIn, (IAccountPages pages, ClerkOptions options) => pages.SignInAtClerk(new SignInAtClerkView(options.AuthorizedParties)))
        .Guarded(Authority.Anyone, RateClasses.Public, InputCheck.None, Recording.Nothing("a public document"));
}
