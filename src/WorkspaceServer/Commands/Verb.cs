using System.CommandLine;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Commands;

/// <summary>What all verbs share: how one is described, run, and how its failure becomes a message and an exit code.</summary>
internal static class Verb
{
    /// <summary>When set, an unexpected failure is printed with its stack trace.</summary>
    private const string DebugVariable = "WORKSPACE_DEBUG";

    /// <param name="example">The arguments of one typical call.</param>
    public static Command Create(string name, string description, string example) =>
        new WithExample(name, description, $"workspace-server {example}");

    /// <summary>A typical call of the verb, or null for a group of verbs.</summary>
    public static string? ExampleOf(Command command) => (command as WithExample)?.Example;

    public static Command Runs(this Command command, Func<CommandContext, CancellationToken, Task<int>> action)
    {
        command.SetAction(async (arguments, cancel) =>
        {
            await using var context = new CommandContext(arguments);
            try
            {
                return await action(context, cancel);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                context.Output.Error("cancelled", "Stopped. Nothing that was not finished was kept.");
                return ExitCodes.Failed;
            }
#pragma warning disable CA1031 // The edge of the program: every failure is said here, once.
            catch (Exception error)
#pragma warning restore CA1031
            {
                return Report(context.Output, error);
            }
        });
        return command;
    }

    private sealed class WithExample(string name, string description, string example) : Command(name, description)
    {
        public string Example => example;
    }

    private static int Report(Output output, Exception error)
    {
        if (Environment.GetEnvironmentVariable(DebugVariable) is not null)
        {
            Console.Error.WriteLine(error);
        }

        switch (error)
        {
            case ProblemException problem:
                output.Error(problem.Code.Code, problem.Message);
                return problem.Code.ExitCode;
            case VaultException { Error: VaultError.Corrupt or VaultError.WrongKey } vault:
                output.Error("corrupt", vault.Message);
                return ExitCodes.IntegrityDiffers;
            case VaultException vault:
                output.Error("bad_configuration", vault.Message);
                return ExitCodes.BadConfiguration;
            case IOException or UnauthorizedAccessException:
                output.Error("failed", error.Message);
                return ExitCodes.Failed;
            default:
                output.Error("failed", $"{error.Message} (set {DebugVariable}=1 to see where)");
                return ExitCodes.Failed;
        }
    }
}
