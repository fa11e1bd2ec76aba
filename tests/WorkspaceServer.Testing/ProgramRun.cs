using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using WorkspaceServer.Commands;
using Xunit;

namespace WorkspaceServer.Testing;

/// <summary>One run of a verb, from its start to its end.</summary>
internal sealed record ProgramRun(int ExitCode, string Output, string Error)
{
    private const int Killed = 128 + 9;

    public JsonElement Json => JsonElement.Parse(Output);

    public bool WasKilled => ExitCode == Killed;

    /// <summary>The result was printed, all of it: from here on the user counts on it.</summary>
    public bool IsAcknowledged => Output.TrimEnd().EndsWith('}') || Output.TrimEnd().EndsWith(']');

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The file of the program.</summary>
    public static string Program => Path.Combine(AppContext.BaseDirectory, "workspace-server");

    /// <summary>Starts the program, as an operator does. Half a second goes by before it does anything.</summary>
    public static Task<ProgramRun> StartAsync(IEnumerable<string> arguments) => OfAsync(Program, arguments);

    /// <summary>Runs a command with no input to its end.</summary>
    public static async Task<ProgramRun> OfAsync(string command, IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true })!;
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(Cancel), process.StandardError.ReadToEndAsync(Cancel));
        await process.WaitForExitAsync(Cancel);
        return new ProgramRun(process.ExitCode, await output, await error);
    }

    /// <summary>All that the program does with these arguments, in this process: for what is about the verb and not about the process.</summary>
    public static async Task<ProgramRun> HereAsync(IEnumerable<string> arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = await Cli.RunAsync([.. arguments], new InvocationConfiguration { Output = output, Error = error, ProcessTerminationTimeout = null }, Cancel);
        return new ProgramRun(code, output.ToString(), error.ToString());
    }
}
