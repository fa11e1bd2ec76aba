using System.Net;
using System.Text.Json;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.OAuth.Doctor;

/// <summary>Watches a client connect as a person with a browser does, and reads what they are shown as a program.</summary>
internal static class Watching
{
    public static string ApiOf(OAuthHouse house) => $"/api/v1/workspaces/{house.Workspace}/handshake";

    public static string PageOf(OAuthHouse house) => $"/w/{house.Workspace}/clients";

    /// <summary>Presses the button; the client that is given the address.</summary>
    public static async Task<WatchedClient> StartAsync(OAuthHouse house, TestBrowser? browser = null)
    {
        browser ??= house.Browser;
        var answer = await browser.PostAsync(PageOf(house) + "/doctor", [], PageOf(house));
        Assert.Equal((HttpStatusCode.SeeOther, PageOf(house) + "#doctor"), (answer.Status, answer.Location));
        return new WatchedClient(house, (await ReportAsync(house, browser)).GetProperty("url").GetString()!);
    }

    public static async Task<JsonElement> ReportAsync(OAuthHouse house, TestBrowser? browser = null)
    {
        var answer = await (browser ?? house.Browser).GetAsync(ApiOf(house), "application/json");
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Body);
        return JsonElement.Parse(answer.Body);
    }

    /// <summary>The steps in short: D done, F failed, p passed, - waiting.</summary>
    public static async Task<string> StepsAsync(OAuthHouse house, TestBrowser? browser = null) => string.Concat(
        (await ReportAsync(house, browser)).GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("state").GetString() switch
        {
            "done" => 'D',
            "failed" => 'F',
            "passed" => 'p',
            _ => '-',
        }));

    /// <summary>Step and side of what is wrong; null if nothing is.</summary>
    public static async Task<(string Step, string Side)?> DiagnosisAsync(OAuthHouse house)
    {
        var diagnosis = (await ReportAsync(house)).GetProperty("diagnosis");
        return diagnosis.ValueKind == JsonValueKind.Null ? null : (diagnosis.GetProperty("step").GetString()!, diagnosis.GetProperty("side").GetString()!);
    }
}
