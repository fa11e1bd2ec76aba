using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace WorkspaceServer.Testing;

/// <summary>The server as the process that operators run: it can be killed, and started again on what it left.</summary>
/// <param name="environment">What the server itself is started with besides what it has from here; its other verbs are not.</param>
internal sealed partial class ServerProgram(string home, IReadOnlyDictionary<string, string>? environment = null) : IDisposable
{
    private Process? server;

    public string Home => home;

    /// <summary>Where it listens since it was last started.</summary>
    public Uri Url { get; private set; } = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async Task StartAsync(params string[] more)
    {
        server = Start(["serve", "--set", "Server:Url=http://127.0.0.1:0", "--set", "Server:PublicUrl=http://books.example.in", "--set", "Server:LogFormat=Json", .. more]);
        var url = "";
        while (url.Length == 0 && await server.StandardOutput.ReadLineAsync(Cancel) is { } line)
        {
            url = Address().Match(line).Value;
        }

        Assert.NotEqual("", url);
        _ = server.StandardOutput.ReadToEndAsync(CancellationToken.None);
        Url = new Uri(url);
    }

    /// <summary>As a power cut: no signal that it could hear.</summary>
    public async Task KillAsync()
    {
        server!.Kill();
        await server.WaitForExitAsync(Cancel);
        server.Dispose();
        server = null;
    }

    /// <summary>As systemd does: it may end what it is at, and closes its files.</summary>
    public async Task StopAsync()
    {
        using var sent = Process.Start("kill", ["-TERM", server!.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await sent.WaitForExitAsync(Cancel);
        await server.WaitForExitAsync(Cancel);
        server.Dispose();
        server = null;
    }

    /// <summary>Memory that the program and its workers hold, as the kernel counts it (VmRSS, proc(5)); pages that they share count for each.</summary>
    public long ResidentBytes() => Directory.GetDirectories($"/proc/{server!.Id}/task").SelectMany(task => File.ReadAllText($"{task}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Distinct().Append(server.Id.ToString(System.Globalization.CultureInfo.InvariantCulture))
        .Sum(process => 1024 * long.Parse(Resident().Match(File.ReadAllText($"/proc/{process}/status")).Groups["kib"].Value, System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Runs another verb to its end.</summary>
    public async Task<string> RunAsync(params string[] arguments)
    {
        var run = await ProgramRun.HereAsync(["--home", home, .. arguments]);
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        return run.Output;
    }

    public async Task<JsonElement> RunJsonAsync(params string[] arguments) => JsonElement.Parse(await RunAsync([.. arguments, "--json"]));

    public void Dispose()
    {
        server?.Kill();
        server?.WaitForExit();
        server?.Dispose();
    }

    private Process Start(string[] arguments)
    {
        var start = new ProcessStartInfo(ProgramRun.Program, ["--home", home, .. arguments]) { RedirectStandardOutput = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    [GeneratedRegex(@"VmRSS:\s+(?<kib>\d+) kB")]
    private static partial Regex Resident();

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+")]
    private static partial Regex Address();
}
