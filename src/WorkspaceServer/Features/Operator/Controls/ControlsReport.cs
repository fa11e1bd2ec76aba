using WorkspaceServer.Hosting.Checks;

namespace WorkspaceServer.Features.Operator.Controls;

/// <summary>How it stands with a control, as far as this server can know.</summary>
internal enum ControlState
{
    /// <summary>A check that watches it is not content now.</summary>
    Wrong,

    /// <summary>No test of the program proves it.</summary>
    Absent,

    /// <summary>Tests of the program prove it; the running server does not look at it by itself.</summary>
    Partial,

    /// <summary>Tests of the program prove it, and a check has just found it so here.</summary>
    Live,

    /// <summary>Policy, law, or nothing that applies: no program can tell.</summary>
    NotSoftware,
}

/// <param name="Checks">Names of the checks that watch it.</param>
/// <param name="Findings">What those of them found that were made now.</param>
internal sealed record ControlStanding(SecurityControl Control, ControlState State, IReadOnlyList<string> Checks, IReadOnlyList<Finding> Findings);

/// <summary>Puts together what is known of each control: the tests that the program was built with, and what the quick checks find now.</summary>
internal sealed class ControlsReport(IEnumerable<CheckEntry> entries, Checkup checkup)
{
    public async Task<IReadOnlyList<ControlStanding>> MakeAsync(CancellationToken cancel)
    {
        var findings = (await checkup.RunAsync(new CheckRequest(CheckReach.Quick), cancel)).ToLookup(finding => finding.Check);
        var checks = entries.SelectMany(entry => entry.Claims.Select(claim => (Claim: claim, entry.Name))).ToLookup(each => each.Claim, each => each.Name);
        return [.. SecurityControl.All.Select(control =>
        {
            var names = checks[control.Id].ToArray();
            var found = names.SelectMany(name => findings[name]).ToArray();
            return new ControlStanding(control, StateOf(control, found), names, found);
        })];
    }

    private static ControlState StateOf(SecurityControl control, Finding[] found) =>
        found.Any(finding => finding.State is CheckState.Warn or CheckState.Fail) ? ControlState.Wrong
        : !control.CanBeProved ? ControlState.NotSoftware
        : control.Tests.Count == 0 ? ControlState.Absent
        : found.Any(finding => finding.State == CheckState.Ok) ? ControlState.Live
        : ControlState.Partial;
}
