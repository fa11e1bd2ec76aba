using WorkspaceServer.Features.Downloads.Pages;

namespace WorkspaceServer.Features.Downloads;

/// <summary>How a new link is told: to a program as JSON, to a person on a page, and in neither case anywhere else.</summary>
internal sealed record LinkAnswer(string Url, DateTimeOffset ExpiresAt)
{
    public static IResult Json(DownloadLink link) => Results.Json(new LinkAnswer(link.Url, link.ExpiresAt), statusCode: StatusCodes.Status201Created);

    /// <param name="at">Where in the menu.</param>
    /// <param name="what">What the link downloads.</param>
    /// <param name="back">The page it was asked for on.</param>
    public static IResult Page(DownloadLink link, string at, string what, string back) => Dashboard.Page.Of<DownloadLinkPage>(new DownloadLinkModel(at, what, back, link.Url, link.ExpiresAt));
}
