using System.Globalization;
using WorkspaceServer.Agent.Settings;

namespace WorkspaceServer.Agent.Syncing;

/// <summary>When the next sync starts by itself.</summary>
internal static class Schedule
{
    /// <summary>The first moment, not before now, at which a sync may start.</summary>
    /// <param name="last">When the last one started, or null.</param>
    /// <param name="now">In the time zone of the quiet hours.</param>
    public static DateTimeOffset Next(ScheduleConfig config, DateTimeOffset? last, DateTimeOffset now)
    {
        // A clock that was set back must not put the next sync off for as long.
        var due = last is { } before && before <= now ? before + TimeSpan.FromMinutes(config.EveryMinutes) : now;
        due = due < now ? now : due;
        return AfterQuiet(config, due.ToOffset(now.Offset));
    }

    private static DateTimeOffset AfterQuiet(ScheduleConfig config, DateTimeOffset due)
    {
        if (config.QuietFrom is null || config.QuietTo is null)
        {
            return due;
        }

        var (from, to) = (Time(config.QuietFrom), Time(config.QuietTo));
        var time = TimeOnly.FromTimeSpan(due.TimeOfDay);
        if (!time.IsBetween(from, to))
        {
            return due;
        }

        var end = new DateTimeOffset(due.Date + to.ToTimeSpan(), due.Offset);
        return end > due ? end : end.AddDays(1);
    }

    public static TimeOnly Time(string text) => TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
        ? time
        : throw new AgentException(AgentProblem.BadConfiguration, $"'{text}' is no time of day. Write it like 22:00.");
}
