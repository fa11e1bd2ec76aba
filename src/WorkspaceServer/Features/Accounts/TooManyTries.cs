using System.Globalization;
using WorkspaceServer.Hosting;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Accounts;

/// <summary>What somebody reads who has to wait: 429 with Retry-After, and the time as people say it.</summary>
internal static class TooManyTries
{
    public static FormProblems Problems(HttpContext context, TimeSpan wait) => After(
        context,
        wait,
        seconds => T["Too many tries. Wait for {0} seconds, then try again.", seconds],
        minutes => T["Too many tries. Wait for {0} minutes, then try again.", minutes]);

    public static FormProblems Messages(HttpContext context, TimeSpan wait) => After(
        context,
        wait,
        seconds => T["A message was sent a short time ago, or many were today. Wait for {0} seconds, then try again.", seconds],
        minutes => T["A message was sent a short time ago, or many were today. Wait for {0} minutes, then try again.", minutes]);

    private static FormProblems After(HttpContext context, TimeSpan wait, Func<int, string> inSeconds, Func<int, string> inMinutes)
    {
        var seconds = (int)Math.Max(1, Math.Ceiling(wait.TotalSeconds));
        context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return FormProblems.Whole(seconds <= 60 ? inSeconds(seconds) : inMinutes((seconds + 59) / 60), StatusCodes.Status429TooManyRequests);
    }
}
