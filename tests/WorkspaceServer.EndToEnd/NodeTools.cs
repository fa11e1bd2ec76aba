using System.Diagnostics;
using System.Text;

namespace WorkspaceServer.EndToEnd;

/// <summary>Node and the packages that ops/node pins. What is missing is installed; a test never just skips.</summary>
internal static class NodeTools
{
    private static readonly TimeSpan InstallTime = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan RunTime = TimeSpan.FromMinutes(4);
    private static readonly SemaphoreSlim Installing = new(1, 1);

    public static string Repository { get; } = FindRepository();

    public static string Packages => Path.Combine(Repository, "artifacts", "node", "node_modules");

    /// <summary>Runs a script of an installed package, or one of ours, with the pinned Node.</summary>
    /// <param name="onLine">Hears each line that it prints, while it runs.</param>
    public static async Task<(int ExitCode, string Output)> RunAsync(
        string script, IReadOnlyList<string> arguments, CancellationToken cancel, Action<string>? onLine = null, params (string Name, string Value)[] environment)
    {
        await InstallAsync(cancel);
        return await StartAsync(Path.Combine(Packages, ".bin", "node"), [script, .. arguments], RunTime, cancel, onLine, environment);
    }

    /// <summary>Installs what is missing.</summary>
    public static async Task InstallAsync(CancellationToken cancel)
    {
        await Installing.WaitAsync(cancel);
        try
        {
            // Does nothing, quickly, when everything is there already.
            var (exitCode, output) = await StartAsync(Path.Combine(Repository, "ops", "node", "install.sh"), [], InstallTime, cancel);
            Xunit.Assert.True(exitCode == 0, output);
        }
        finally
        {
            Installing.Release();
        }
    }

    /// <summary>Runs a program to its end.</summary>
    public static async Task<(int ExitCode, string Output)> StartAsync(
        string program, IEnumerable<string> arguments, TimeSpan limit, CancellationToken cancel, Action<string>? onLine = null, params (string Name, string Value)[] environment)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(limit);
        var output = new StringBuilder();
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(program, arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                WorkingDirectory = Repository,
            },
        };
        process.StartInfo.Environment["PATH"] = $"{Path.Combine(Packages, ".bin")}:{Environment.GetEnvironmentVariable("PATH")}";
        process.StartInfo.Environment["NO_COLOR"] = "1";
        foreach (var (name, value) in environment)
        {
            process.StartInfo.Environment[name] = value;
        }

        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} did not end within {limit}: {output}");
        }

        return (process.ExitCode, output.ToString());

        void Keep(string? line)
        {
            lock (output)
            {
                output.AppendLine(line);
            }

            if (line is not null)
            {
                onLine?.Invoke(line);
            }
        }
    }

    private static string FindRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "WorkspaceServer.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests must run inside the repository.");
        }

        return folder.FullName;
    }
}
