using System.Text.Json;
using System.Text.RegularExpressions;

namespace WorkspaceServer.Tests.Isolation;

/// <summary>Everything that a caller gets to see, without what differs by chance: the request's id, the time, what is left of a limit, the random tag of the data, tokens of forms, a new key for an authenticator, the mark of a try to connect, the rows about taking the log out.</summary>
internal sealed partial record Answer(int Status, string Headers, string Body, string? Tag)
{
    private static readonly string[] NotCompared = ["Date", "X-Request-Id", "RateLimit"];

    public string All => $"{Status}\n{Headers}\n{Body}";

    public static async Task<Answer> OfAsync(HttpResponseMessage response)
    {
        var headers = response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated)
            .Where(header => !NotCompared.Contains(header.Key, StringComparer.OrdinalIgnoreCase))
            .Select(header => $"{header.Key}: {header.Value}")
            .Order(StringComparer.Ordinal);
        var body = await response.Content.ReadAsStringAsync();
        if (response.Headers.TryGetValues("X-Request-Id", out var ids))
        {
            body = body.Replace(ids.Single(), "(request id)", StringComparison.Ordinal);
        }

        var tag = DataTag().Match(body) is { Success: true } match ? match.Value : null;
        body = OwnRecord().Replace(Mark().Replace(NewKey().Replace(FormToken().Replace(body, "(form token)"), "(new key)"), "(mark)"), "");
        return new Answer((int)response.StatusCode, Cookie().Replace(string.Join('\n', headers), "(cookie)"), TimeForPeople().Replace(Time().Replace(DataTag().Replace(body, "(tag)"), "(time)"), "(time)"), tag);
    }

    /// <summary>The same answer without what was asked for, so that the answers to two questions can be compared.</summary>
    public string Without(params IEnumerable<string> asked)
    {
        var seen = All;
        foreach (var text in asked.OrderByDescending(text => text.Length))
        {
            seen = seen.Replace(JsonSerializer.Serialize(text)[1..^1], "(asked)", StringComparison.OrdinalIgnoreCase).Replace(text, "(asked)", StringComparison.OrdinalIgnoreCase);
        }

        return seen;
    }

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00|\\u002B00:00)")]
    private static partial Regex Time();

    // "now" becomes "05:28" after a minute.
    [GeneratedRegex(@"(?<=<time datetime=""\(time\)"">)[^<]*")]
    private static partial Regex TimeForPeople();

    [GeneratedRegex("(?<=name=\"__RequestVerificationToken\" value=\")[^\"]+")]
    private static partial Regex FormToken();

    // A cookie's random value, not what it is called or how it is marked.
    [GeneratedRegex("(?<=Set-Cookie: [\\w-]+=)[^;\\s]{20,}")]
    private static partial Regex Cookie();

    // As text, and as the path that draws its QR code.
    [GeneratedRegex("([A-Z2-7]{4} ){7}[A-Z2-7]{4}|(?<=class=\"qr-ink\" d=\")[^\"]+")]
    private static partial Regex NewKey();

    // And the second in which the page with it was drawn.
    [GeneratedRegex(@"(?<=watch=)[0-9a-f]{32}|(?<=\?at=)\d+")]
    private static partial Regex Mark();

    // Taking the log out is a row of the log, which the next file has as well.
    [GeneratedRegex("^[^\\n]*\"audit\\.exported\"[^\\n]*\\n", RegexOptions.Multiline)]
    private static partial Regex OwnRecord();

    [GeneratedRegex("data-[0-9a-f]{32}")]
    private static partial Regex DataTag();
}
