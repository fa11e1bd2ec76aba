using System.CommandLine;
using System.Globalization;
using WorkspaceServer.Agent.Service;
using WorkspaceServer.Agent.Settings;
using WorkspaceServer.Agent.Syncing;
using WorkspaceServer.Protocol;

namespace WorkspaceServer.Agent.Commands;

/// <summary>status: the pairing, and how the last sync went.</summary>
internal static class StatusCommand
{
    public static Command Build() => Verb.Create("status", "Show the pairing and how the last sync went.", "status").Runs((context, _) =>
    {
        var config = AgentConfig.Load(context.Home);
        var status = SyncStatus.Load(context.Home);
        var pairing = config.Pairing;
        context.Output.Result(
            new { Paired = pairing is not null, pairing?.WorkspaceName, pairing?.Url, pairing?.AgentId, ServerKey = pairing is null ? null : Pairing.Fingerprint(pairing.ServerKey), Sources = config.Sources.Count, LastSync = status },
            human =>
            {
                human.Fields(
                    ("Paired with", pairing is null ? "nothing; run: workspace-agent pair" : $"{pairing.WorkspaceName} at {pairing.Url}"),
                    ("Server key", pairing is null ? "" : Pairing.Fingerprint(pairing.ServerKey)),
                    ("Last sync", status is null ? "none yet" : status.EndedAt.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)),
                    ("Problem", status?.Problem ?? ""));
                ShowTables(human, status?.Tables ?? []);
            });
        return Task.FromResult(ExitCodes.Ok);
    });

    public static void ShowTables(Output output, IReadOnlyList<TableOutcome> tables)
    {
        if (tables.Count > 0)
        {
            output.Table(
                ["Table", "Rows", "Changed", "Deleted", "Sent", "Outcome"],
                tables.Select(table => (string[])
                [
                    table.Table, Number(table.Rows), Number(table.Changed), Number(table.Deleted), $"{Number(table.BytesSent)} bytes",
                    table.IsDone ? "totals equal" : $"{table.Message} [{table.Code}]",
                ]));
        }
    }

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}

/// <summary>logs: the newest lines of the log.</summary>
internal static class LogsCommand
{
    private const int MaxLines = 10_000;

    public static Command Build()
    {
        var lines = new Option<int>("--lines") { Description = $"How many, 1 to {MaxLines}.", HelpName = "LINES", DefaultValueFactory = _ => 50 };
        return Verb.Create("logs", "Show the newest lines of the log.", "logs --lines 200").With(lines).Runs((context, _) =>
        {
            var count = context.Arguments.GetValue(lines);
            var tail = count is >= 1 and <= MaxLines ? AgentLog.Tail(context.Home, count) : throw new AgentException(AgentProblem.Usage, $"--lines is 1 to {MaxLines}.");
            context.Output.Result(new { Lines = tail }, human => tail.ToList().ForEach(human.Line));
            return Task.FromResult(ExitCodes.Ok);
        });
    }
}
