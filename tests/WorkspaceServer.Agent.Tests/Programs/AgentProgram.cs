using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace WorkspaceServer.Agent.Tests.Programs;

/// <summary>What one call of the program printed, and how it ended.</summary>
internal sealed record AgentRun(int ExitCode, string Output, string Errors)
{
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;
}

/// <summary>Runs the program as people do: as a process, on this system or, for Windows, under Wine.</summary>
internal sealed class AgentProgram(string program, IReadOnlyList<string> before, string home, IReadOnlyDictionary<string, string>? environment = null)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>The program in its own folder; beside the tests it would miss what they take from ASP.NET's framework.</summary>
    public static AgentProgram Here(string home, IReadOnlyDictionary<string, string>? environment = null) =>
        new(Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../WorkspaceServer.Agent/release/workspace-agent")), [], home, environment);

    /// <summary>The same program with the system's cultures, as the agent for Windows has them: SQL Server's driver asks for them.</summary>
    /// <param name="configFile">Where to write how the runtime is to be set up.</param>
    public static AgentProgram WithCultures(string home, string configFile)
    {
        var program = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../WorkspaceServer.Agent/release/workspace-agent"));
        var config = JsonNode.Parse(File.ReadAllText(program + ".runtimeconfig.json"))!;
        var properties = config["runtimeOptions"]!["configProperties"]!.AsObject();
        properties.Remove("System.Globalization.Invariant");
        properties.Remove("System.Globalization.PredefinedCulturesOnly");
        File.WriteAllText(configFile, config.ToJsonString());
        return new AgentProgram(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet"), ["exec", "--runtimeconfig", configFile, program + ".dll"], home);
    }

    public Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(program, [.. before, "--home", home, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    public async Task<AgentRun> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        process.StandardInput.Close();
        using var late = new CancellationTokenSource(Patience);
        var output = process.StandardOutput.ReadToEndAsync(late.Token);
        var errors = process.StandardError.ReadToEndAsync(late.Token);
        await process.WaitForExitAsync(late.Token);
        return new AgentRun(process.ExitCode, await output, await errors);
    }

    public async Task<AgentRun> SucceedAsync(params string[] arguments)
    {
        var run = await RunAsync(arguments);
        Assert.True(run.ExitCode == 0, $"{string.Join(' ', arguments)} ended with {run.ExitCode}: {run.Errors}{run.Output}");
        return run;
    }
}
