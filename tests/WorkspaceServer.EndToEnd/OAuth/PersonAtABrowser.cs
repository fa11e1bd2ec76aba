using System.Net;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.EndToEnd.OAuth;

/// <summary>Stands for the owner in front of a browser: opens what a client wants opened, ticks what it asks for, says yes, and is sent back.</summary>
internal sealed class PersonAtABrowser(OAuthHouse house)
{
    private static readonly HttpClient Plain = new(new SocketsHttpHandler { AllowAutoRedirect = false });

    /// <summary>How often the question was asked.</summary>
    public int Consents { get; private set; }

    /// <summary>Says yes; gives the address that the browser is sent to.</summary>
    public async Task<Uri> AllowAsync(Uri authorize)
    {
        Consents++;
        var asksForSearch = authorize.Query.Contains("search", StringComparison.Ordinal);
        var page = await house.AllowAsync(authorize.PathAndQuery, null, ("search", asksForSearch && Consents > 1 ? "true" : ""));
        Assert.True(page.Status == HttpStatusCode.SeeOther, page.Body);
        return new Uri(page.Location!);
    }

    /// <summary>Says yes and goes where the browser is sent: the client waits there.</summary>
    public async Task VisitAsync(Uri authorize)
    {
        using var response = await Plain.GetAsync(await AllowAsync(authorize));
        Assert.True((int)response.StatusCode < 400, $"{response.StatusCode}");
    }
}
