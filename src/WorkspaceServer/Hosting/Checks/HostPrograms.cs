using System.ComponentModel;
using System.Diagnostics;

namespace WorkspaceServer.Hosting.Checks;

/// <summary>Asks the machine's own programs, such as systemctl: no shell, fixed arguments, a bounded wait.</summary>
/// <param name="folders">Where to look for them, in this order.</param>
internal sealed class HostPrograms(IReadOnlyList<string> folders)
{
    /// <summary>Longest wait for one program.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>The folders of PATH, and those of system programs, which a service user's PATH may lack.</summary>
    public static HostPrograms OfThisMachine() =>
        new([.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries), "/usr/sbin", "/sbin"]);

    /// <returns>What it printed, on both streams; null if there is no such program.</returns>
    /// <exception cref="IOException">It did not end in time.</exception>
    public async Task<(int ExitCode, string Text)?> AskAsync(string program, string[] arguments, CancellationToken cancel)
    {
        if (Find(program) is not { } path)
        {
            return null;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Patience);
        try
        {
            // Without a terminal and without its pager, and in English.
            var start = new ProcessStartInfo(path, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
            (start.Environment["LC_ALL"], start.Environment["SYSTEMD_PAGER"]) = ("C", "");
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            try
            {
                var (output, errors) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
                await process.WaitForExitAsync(limit.Token);
                return (process.ExitCode, await output + await errors);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                throw;
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new IOException($"{program} did not answer within {Patience.TotalSeconds:0} seconds. Run: {program} {string.Join(' ', arguments)}");
        }
        catch (Win32Exception error)
        {
            throw new IOException($"{program} cannot be started: {error.Message}", error);
        }
    }

    private string? Find(string program) => folders.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
}
