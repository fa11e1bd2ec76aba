using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using WorkspaceServer.Agent.Service;
using WorkspaceServer.Agent.Settings;

namespace WorkspaceServer.Agent.Commands;

/// <summary>service install: a Windows service under an account of its own, or a systemd unit.</summary>
internal static class InstallServiceCommand
{
    public static Command Build()
    {
        var print = new Option<bool>("--print") { Description = "Only show what would be done." };
        return Verb.Create("install", "Let the agent sync by itself, from now on and after each start of this computer.", "service install").With(print).Runs(async (context, cancel) =>
        {
            var program = Environment.ProcessPath!;
            var steps = OperatingSystem.IsWindows() ? ServiceText.WindowsInstall(program, context.Home.Folder) : ServiceText.SystemdInstall();
            var unit = OperatingSystem.IsWindows() ? null : ServiceText.Unit(program, context.Home.Folder);
            if (context.Arguments.GetValue(print))
            {
                context.Output.Result(new { Unit = unit, Steps = steps.Select(step => step.ToString()) }, human => human.Line(string.Join('\n', steps.Select(step => step.ToString()).Prepend(unit).Where(text => text is not null))));
                return ExitCodes.Ok;
            }

            AgentConfig.Load(context.Home).RequirePairing();
            if (unit is not null)
            {
                await File.WriteAllTextAsync(ServiceText.UnitPath, unit, cancel);
            }

            await ServiceSteps.RunAsync(steps, cancel);
            context.Output.Result(new { Installed = true }, human => human.Line("The service is installed and runs. See how it goes: workspace-agent status"));
            return ExitCodes.Ok;
        });
    }
}

/// <summary>service remove: the agent stays, but no longer runs by itself.</summary>
internal static class RemoveServiceCommand
{
    public static Command Build()
    {
        var print = new Option<bool>("--print") { Description = "Only show what would be done." };
        return Verb.Create("remove", "Let the agent sync by itself no longer.", "service remove").With(print).Runs(async (context, cancel) =>
        {
            var steps = OperatingSystem.IsWindows() ? ServiceText.WindowsRemove() : ServiceText.SystemdRemove();
            if (context.Arguments.GetValue(print))
            {
                context.Output.Result(new { Steps = steps.Select(step => step.ToString()) }, human => human.Line(string.Join('\n', steps)));
                return ExitCodes.Ok;
            }

            await ServiceSteps.RunAsync(steps, cancel);
            if (!OperatingSystem.IsWindows())
            {
                File.Delete(ServiceText.UnitPath);
            }

            context.Output.Result(new { Removed = true }, human => human.Line("The service is removed."));
            return ExitCodes.Ok;
        });
    }
}

/// <summary>Runs the system's own programs, one after the other.</summary>
internal static class ServiceSteps
{
    public static async Task RunAsync(IReadOnlyList<ServiceStep> steps, CancellationToken cancel)
    {
        foreach (var step in steps)
        {
            try
            {
                using var process = Process.Start(new ProcessStartInfo(step.Program, step.Arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
                var output = process.StandardOutput.ReadToEndAsync(cancel);
                var errors = process.StandardError.ReadToEndAsync(cancel);
                await process.WaitForExitAsync(cancel);
                if (process.ExitCode != 0 && !step.MayFail)
                {
                    throw new AgentException(AgentProblem.Failed, $"'{step}' failed with {process.ExitCode}: {(await output + await errors).Trim()} Run this as administrator (on Linux: root).");
                }
            }
            catch (Win32Exception error)
            {
                throw new AgentException(AgentProblem.Failed, $"{step.Program} cannot be started: {error.Message}", error);
            }
        }
    }
}
