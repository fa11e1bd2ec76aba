using System.Diagnostics;

namespace WorkspaceServer.Features.Smoke;

/// <summary>The agent's program, as it runs on a customer's computer, with a folder of its own.</summary>
internal sealed class SmokeAgent(string program, string home)
{
    /// <summary>Longest time for one of its verbs.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Longest part of what it says that is passed on, in characters.</summary>
    private const int MaxSaid = 400;

    /// <exception cref="SmokeException">It failed, or took too long.</exception>
    public async Task RunAsync(CancellationToken cancel, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, ["--home", home, .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(Patience);
        try
        {
            var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(deadline.Token), process.StandardError.ReadToEndAsync(deadline.Token));
            await process.WaitForExitAsync(deadline.Token);
            if (process.ExitCode != 0)
            {
                var text = said[1].Trim().Length > 0 ? said[1].Trim() : said[0].Trim();
                throw new SmokeException($"The agent ended with exit code {process.ExitCode}: {(text.Length > MaxSaid ? text[..MaxSaid] : text)}");
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new SmokeException($"The agent did not come to an end within {Patience.TotalSeconds:0} s.");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
