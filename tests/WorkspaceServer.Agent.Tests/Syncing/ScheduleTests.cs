using WorkspaceServer.Agent.Settings;
using WorkspaceServer.Agent.Syncing;
using Xunit;

namespace WorkspaceServer.Agent.Tests.Syncing;

public sealed class ScheduleTests
{
    private static readonly ScheduleConfig Nights = new(15, true, "22:00", "06:00");

    [Theory]
    [InlineData("2026-01-15 12:00", "2026-01-15 11:50", "2026-01-15 12:05")]
    [InlineData("2026-01-15 12:00", "2026-01-15 11:00", "2026-01-15 12:00")]
    [InlineData("2026-01-15 12:00", null, "2026-01-15 12:00")]
    // A sync that would fall into the night waits for the morning, after midnight too.
    [InlineData("2026-01-15 21:59", "2026-01-15 21:50", "2026-01-16 06:00")]
    [InlineData("2026-01-15 23:00", null, "2026-01-16 06:00")]
    [InlineData("2026-01-16 05:59", null, "2026-01-16 06:00")]
    [InlineData("2026-01-16 06:00", null, "2026-01-16 06:00")]
    // The clock was set back by a day: nothing waits for tomorrow.
    [InlineData("2026-01-15 12:00", "2026-01-16 12:00", "2026-01-15 12:00")]
    public void TheNextSyncIsDue(string now, string? last, string next) =>
        Assert.Equal(At(next), Schedule.Next(Nights, last is null ? null : At(last), At(now)!.Value));

    private static DateTimeOffset? At(string text) => DateTimeOffset.ParseExact(text + " +05:30", "yyyy-MM-dd HH:mm zzz", null);
}
