using System.CommandLine;
using WorkspaceServer.Agent.Settings;
using WorkspaceServer.Agent.Syncing;

namespace WorkspaceServer.Agent.Commands;

/// <summary>schedule: shows or changes when the service syncs.</summary>
internal static class ScheduleCommand
{
    private const int MaxMinutes = 1_440;

    public static Command Build()
    {
        var every = new Option<int?>("--every") { Description = $"Minutes between two syncs, 1 to {MaxMinutes}.", HelpName = "MINUTES" };
        var watch = new Option<bool?>("--watch") { Description = "Whether a change of a file starts a sync at once: true or false.", HelpName = "BOOL" };
        var quiet = new Option<string?>("--quiet") { Description = "Hours of this computer's time in which no sync starts by itself, such as 22:00-06:00, or none.", HelpName = "HOURS" };
        return Verb.Create("schedule", "Show or change when the service syncs.", "schedule --every 15 --quiet 22:00-06:00").With(every, watch, quiet).Runs((context, _) =>
        {
            var config = AgentConfig.Load(context.Home);
            var schedule = config.Schedule;
            if (context.Arguments.GetValue(every) is { } minutes)
            {
                schedule = minutes is >= 1 and <= MaxMinutes ? schedule with { EveryMinutes = minutes } : throw new AgentException(AgentProblem.Usage, $"--every is 1 to {MaxMinutes}.");
            }

            schedule = context.Arguments.GetValue(watch) is { } isWatching ? schedule with { WatchFiles = isWatching } : schedule;
            schedule = context.Arguments.GetValue(quiet) is { } hours ? WithQuiet(schedule, hours) : schedule;
            if (schedule != config.Schedule)
            {
                (config with { Schedule = schedule }).Save(context.Home);
            }

            context.Output.Result(schedule, human => human.Fields(
                ("Every", $"{schedule.EveryMinutes} minutes"),
                ("When a file changes", schedule.WatchFiles ? "at once" : "with the next sync"),
                ("Quiet hours", schedule.QuietFrom is null ? "none" : $"{schedule.QuietFrom} to {schedule.QuietTo}")));
            return Task.FromResult(ExitCodes.Ok);
        });
    }

    private static ScheduleConfig WithQuiet(ScheduleConfig schedule, string hours)
    {
        if (hours == "none")
        {
            return schedule with { QuietFrom = null, QuietTo = null };
        }

        if (hours.Split('-') is not [var from, var to] || Schedule.Time(from) == Schedule.Time(to))
        {
            throw new AgentException(AgentProblem.Usage, "Write quiet hours like 22:00-06:00, or none.");
        }

        return schedule with { QuietFrom = from, QuietTo = to };
    }
}
