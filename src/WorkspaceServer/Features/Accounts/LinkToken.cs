namespace WorkspaceServer.Features.Accounts;

/// <summary>The token in the address of a page that a link leads to.</summary>
/// <remarks>
/// In the query, since a page without scripts cannot see a fragment. It is in no log of ours: the request log holds routes, nginx.conf
/// logs no queries, and browsers send the address to no other site (Referrer-Policy).
/// </remarks>
internal sealed class LinkToken
{
    /// <summary>Longer than any token, in characters.</summary>
    private const int MaxLength = 100;

    private LinkToken()
    {
    }

    public static string Of(HttpRequest request) => request.Query["token"] is [{ Length: <= MaxLength } token] ? token : "";
}
