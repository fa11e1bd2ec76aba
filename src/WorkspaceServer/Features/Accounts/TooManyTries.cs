using System.Globalization;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Accounts;

/// <summary>What somebody reads who has to wait: 429 with Retry-After, and the time as people say it.</summary>
internal static class TooManyTries
{
    public static FormProblems Problems(HttpContext context, TimeSpan wait) => After(context, wait, "Too many tries.");

    public static FormProblems Messages(HttpContext context, TimeSpan wait) => After(context, wait, "A message was sent a short time ago, or many were today.");

    private static FormProblems After(HttpContext context, TimeSpan wait, string why)
    {
        var seconds = (int)Math.Max(1, Math.Ceiling(wait.TotalSeconds));
        context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        var time = seconds <= 60
            ? string.Create(CultureInfo.InvariantCulture, $"{seconds} seconds")
            : string.Create(CultureInfo.InvariantCulture, $"{(seconds + 59) / 60} minutes");
        return FormProblems.Whole($"{why} Wait for {time}, then try again.", StatusCodes.Status429TooManyRequests);
    }
}
