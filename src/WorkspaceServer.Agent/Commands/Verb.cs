using System.CommandLine;
using WorkspaceServer.Agent.Server;
using WorkspaceServer.Agent.Settings;
using WorkspaceServer.Agent.Sources;

namespace WorkspaceServer.Agent.Commands;

/// <summary>What a verb works with.</summary>
internal sealed record VerbContext(ParseResult Arguments, AgentHome Home, Output Output, TimeProvider Clock);

/// <summary>What all verbs share: how one is described, run, and how its failure becomes a message and an exit code.</summary>
internal static class Verb
{
    public static readonly Option<bool> Json = new("--json") { Description = "Print one JSON document on standard output and nothing else there.", Recursive = true };

    public static readonly Option<string?> Home = new("--home") { Description = "Keep settings, keys and the outbox in this folder.", HelpName = "DIR", Recursive = true };

    public static Command Create(string name, string description, string example) => new Described(name, description, $"workspace-agent {example}");

    /// <summary>A typical call of the verb, or null for a group of verbs.</summary>
    public static string? ExampleOf(Command command) => (command as Described)?.Example;

    public static T With<T>(this T command, params ReadOnlySpan<Symbol> parts)
        where T : Command
    {
        foreach (var part in parts)
        {
            switch (part)
            {
                case Argument argument:
                    command.Add(argument);
                    break;
                case Option option:
                    command.Add(option);
                    break;
                case Command inner:
                    command.Add(inner);
                    break;
            }
        }

        return command;
    }

    public static Command Runs(this Command command, Func<VerbContext, CancellationToken, Task<int>> action)
    {
        command.SetAction(async (arguments, cancel) =>
        {
            var output = new Output(arguments.GetValue(Json));
            try
            {
                var home = new AgentHome(arguments.GetValue(Home) ?? AgentHome.DefaultFolder);
                return await action(new VerbContext(arguments, home, output, TimeProvider.System), cancel);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                output.Error("cancelled", "Stopped. What was on its way goes on with the next sync.");
                return ExitCodes.Failed;
            }
#pragma warning disable CA1031 // The edge of the program: every failure is said here, once.
            catch (Exception error)
#pragma warning restore CA1031
            {
                var (code, exit) = Explain(error);
                output.Error(code, error.Message);
                return exit;
            }
        });
        return command;
    }

    private static (string Code, int Exit) Explain(Exception error) => error switch
    {
        AgentException agent => (agent.Problem.Code, agent.Problem.ExitCode),
        SourceException source => (source.Problem.Code, source.Problem.ExitCode),
        ServerRefusal refusal => (refusal.Code.Length > 0 ? refusal.Code : "refused", refusal.IsTemporary ? ExitCodes.RetryLater : ExitCodes.Failed),
        UnauthorizedAccessException => (AgentProblem.BadConfiguration.Code, AgentProblem.BadConfiguration.ExitCode),
        _ => (AgentProblem.Failed.Code, AgentProblem.Failed.ExitCode),
    };

    private sealed class Described(string name, string description, string example) : Command(name, description)
    {
        public string Example => example;
    }
}
