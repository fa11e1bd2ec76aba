namespace WorkspaceServer.Features.Public;

/// <summary>One version of the pages about security, privacy, terms and complaints.</summary>
/// <param name="Day">As machines read it.</param>
/// <param name="Written">As people do.</param>
internal sealed record PolicyChange(string Version, string Day, string Written, string What);

/// <summary>Every version, the newest first. A change of what one of these pages promises adds a line.</summary>
internal static class PolicyChanges
{
    public static IReadOnlyList<PolicyChange> All { get; } =
    [
        new("1.3", "2026-11-29", "29 Nov 2026", "What the check that you are a person sees, on a server that makes it."),
        new("1.2", "2026-11-29", "29 Nov 2026", "How it stands with each security control, one by one."),
        new("1.1", "2026-11-29", "29 Nov 2026", "How to take a copy of one's data and to close one's account; what cookies keep."),
        new("1.0", "2026-10-09", "9 Oct 2026", "First version."),
    ];
}
