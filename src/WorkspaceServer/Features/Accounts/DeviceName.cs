using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Accounts;

/// <summary>What a person calls the browser that sends this User-Agent. A name for a list, nothing to rely on: it says what it likes.</summary>
internal static class DeviceName
{
    // The order matters: nearly every browser also claims to be the ones below it.
    private static readonly (string Mark, string Name)[] Browsers =
        [("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")];

    private static readonly (string Mark, string Name)[] Systems =
        [("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Mac OS", "Mac"), ("CrOS", "ChromeOS"), ("Linux", "Linux")];

    public static string Of(string userAgent)
    {
        var browser = Find(Browsers, userAgent);
        var system = Find(Systems, userAgent);
        return (browser, system) switch
        {
            (null, null) => T["Unknown device"],
            (null, _) => system,
            (_, null) => browser,
            _ => T["{0} on {1}", browser, system],
        };
    }

    private static string? Find((string Mark, string Name)[] list, string userAgent) =>
        list.FirstOrDefault(each => userAgent.Contains(each.Mark, StringComparison.Ordinal)).Name;
}
