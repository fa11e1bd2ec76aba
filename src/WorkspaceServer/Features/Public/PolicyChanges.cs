using System.Globalization;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Dashboard.Languages;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Public;

/// <summary>One version of the pages about security, privacy, terms and complaints.</summary>
/// <param name="Day">As machines read it.</param>
internal sealed record PolicyChange(string Version, string Day, LaterText What)
{
    /// <summary>The day as people write it.</summary>
    public string Written => Formats.Date(DateTimeOffset.Parse(Day + "T00:00:00Z", CultureInfo.InvariantCulture));
}

/// <summary>Every version, the newest first. A change of what one of these pages promises adds a line.</summary>
internal static class PolicyChanges
{
    public static IReadOnlyList<PolicyChange> All { get; } =
    [
        new("1.4", "2026-11-29", T.Later("What the security log keeps, and for how long.")),
        new("1.3", "2026-11-29", T.Later("What the check that you are a person sees, on a server that makes it.")),
        new("1.2", "2026-11-29", T.Later("How it stands with each security control, one by one.")),
        new("1.1", "2026-11-29", T.Later("How to take a copy of one's data and to close one's account; what cookies keep.")),
        new("1.0", "2026-10-09", T.Later("First version.")),
    ];
}
