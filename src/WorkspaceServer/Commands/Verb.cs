using System.CommandLine;
using WorkspaceServer.Age;
using WorkspaceServer.Features.Backups.Stores;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Commands;

/// <summary>What all verbs share: how one is described, run, and how its failure becomes a message and an exit code.</summary>
internal static class Verb
{
    /// <summary>When set, an unexpected failure is printed with its stack trace.</summary>
    private const string DebugVariable = "WORKSPACE_DEBUG";

    /// <param name="example">The arguments of one typical call.</param>
    /// <param name="recording">What the audit log hears of a call.</param>
    public static Command Create(string name, string description, string example, Recording recording) =>
        new Described(name, description, $"workspace-server {example}", recording);

    /// <summary>A typical call of the verb, or null for a group of verbs.</summary>
    public static string? ExampleOf(Command command) => (command as Described)?.Example;

    /// <summary>What the audit log hears of a call of the verb, or null for a group of verbs.</summary>
    public static Recording? RecordingOf(Command command) => (command as Described)?.Recording;

    public static Command Runs(this Command command, Func<CommandContext, CancellationToken, Task<int>> action)
    {
        command.SetAction(async (arguments, cancel) =>
        {
            var scope = RequestScope.Begin();
            scope.Route = command.Name;
            scope.ActorKind = "operator";
            scope.ActorId = scope.ActorName = Environment.UserName;
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

    private sealed class Described(string name, string description, string example, Recording recording) : Command(name, description)
    {
        public string Example => example;

        public Recording Recording => recording;
    }

    private static int Report(Output output, Exception error)
    {
        if (Environment.GetEnvironmentVariable(DebugVariable) is not null)
        {
            output.Trace(error);
        }

        switch (error)
        {
            case ProblemException problem:
                output.Error(problem.Code.Code, problem.Message);
                return problem.Code.ExitCode;
            case VaultException { Error: VaultError.Corrupt or VaultError.WrongKey } vault:
                output.Error("corrupt", vault.Message);
                return ExitCodes.IntegrityDiffers;
            case ObjectMissingException missing:
                output.Error("corrupt", missing.Message);
                return ExitCodes.IntegrityDiffers;
            case ObjectStoreException store:
                output.Error("store_failed", store.Message);
                return ExitCodes.RetryLater;
            case AgeException age:
                output.Error("bad_configuration", age.Message);
                return ExitCodes.BadConfiguration;
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
