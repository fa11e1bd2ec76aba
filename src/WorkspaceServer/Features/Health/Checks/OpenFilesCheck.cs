using System.Globalization;
using WorkspaceServer.Hosting.Checks;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Health.Checks;

/// <summary>This process may open as many files as the workspaces that it holds open need.</summary>
internal sealed class OpenFilesCheck(WorkspaceOptions options) : QuickCheck
{
    private const string Limits = "/proc/self/limits";

    /// <summary>An open workspace has its file, its log and the log's index, for the writer and for readers.</summary>
    private const int FilesOfWorkspace = 6;

    /// <summary>Connections of callers, libraries, the control database and the workers' pipes.</summary>
    private const int FilesOfTheRest = 512;

    protected override Finding Look(CheckRequest request)
    {
        var line = File.ReadLines(Limits).First(line => line.StartsWith("Max open files", StringComparison.Ordinal));
        var text = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3];
        var needed = (options.MaxOpen * FilesOfWorkspace) + FilesOfTheRest;
        return text != "unlimited" && long.Parse(text, CultureInfo.InvariantCulture) < needed
            ? Finding.Warn($"This process may open {text} files; {options.MaxOpen} open workspaces and their callers may need {needed}.", Limits, $"set LimitNOFILE={needed} in the service's unit, or lower Workspaces:MaxOpen")
            : Finding.Ok($"{text} may be open, {needed} may be needed", Limits);
    }
}
