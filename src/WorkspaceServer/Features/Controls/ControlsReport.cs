using System.Reflection;
using WorkspaceServer.Hosting.Checks;

namespace WorkspaceServer.Features.Controls;

/// <summary>How it stands with a control, as far as this server can know.</summary>
internal enum ControlState
{
    /// <summary>It is not there, it is turned off, or a check finds that it does not work.</summary>
    Absent,

    /// <summary>Something of it is not proved, not in order, or not looked at yet.</summary>
    Partial,

    /// <summary>Tests prove all of it, and every check that watches it is content.</summary>
    Live,
}

/// <param name="CheckedAt">When a check last looked; null if only tests prove it, which the build ran.</param>
/// <param name="Tests">Names of the classes of tests that prove it.</param>
/// <param name="Unproved">Ids of its claims that no test proves.</param>
/// <param name="Unseen">Names of the checks that watch it and were not made yet.</param>
internal sealed record ControlStanding(
    SecurityControl Control, ControlState State, DateTimeOffset? CheckedAt, IReadOnlyList<string> Tests, IReadOnlyList<string> Unproved, IReadOnlyList<Look> Looks, IReadOnlyList<string> Unseen);

/// <param name="Checks">Names of the checks that watch it.</param>
/// <param name="Looks">What those of them found that were made.</param>
internal sealed record ClaimStanding(Claim Claim, ClaimState State, IReadOnlyList<string> Checks, IReadOnlyList<Look> Looks);

/// <summary>How it stands with a claim.</summary>
internal enum ClaimState
{
    /// <summary>A check that watches it is not content.</summary>
    Wrong,

    /// <summary>No test of the program proves it.</summary>
    Absent,

    /// <summary>Tests of the program prove it; no check has looked at it here.</summary>
    Partial,

    /// <summary>Tests of the program prove it, and a check has found it so here.</summary>
    Live,

    /// <summary>Policy, law, or nothing that applies: no program can tell.</summary>
    NotSoftware,
}

/// <summary>Puts together what is known: the tests that the program was built with, what the quick checks find, and what `doctor` found when it last ran.</summary>
internal sealed class ControlsReport(IEnumerable<CheckEntry> entries, Checkup checkup, Examinations examinations, TimeProvider clock) : IDisposable
{
    /// <summary>How long strangers are told the same: they must not be able to make the server look again and again.</summary>
    public static readonly TimeSpan KnownFor = TimeSpan.FromMinutes(5);

    private readonly SemaphoreSlim one = new(1);
    private (DateTimeOffset At, IReadOnlyList<ControlStanding> Controls)? known;

    /// <summary>The program that was tested.</summary>
    public static string Version { get; } = Assembly.GetExecutingAssembly().GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>Looks now.</summary>
    public async Task<IReadOnlyList<ControlStanding>> LookAsync(CancellationToken cancel) => Controls(entries, await LooksAsync(cancel));

    /// <summary>What was found at most <see cref="KnownFor"/> ago.</summary>
    public async Task<IReadOnlyList<ControlStanding>> KnownAsync(CancellationToken cancel)
    {
        await one.WaitAsync(cancel);
        try
        {
            if (known is not { } last || clock.GetUtcNow() - last.At >= KnownFor)
            {
                known = last = (clock.GetUtcNow(), await LookAsync(cancel));
            }

            return last.Controls;
        }
        finally
        {
            one.Release();
        }
    }

    /// <summary>Each claim for itself.</summary>
    public async Task<IReadOnlyList<ClaimStanding>> ClaimsAsync(CancellationToken cancel)
    {
        var (looks, checks) = (await LooksAsync(cancel), ChecksOf(entries));
        return [.. Claim.All.Select(claim =>
        {
            var names = checks[claim.Id].ToArray();
            var found = names.Where(looks.ContainsKey).Select(name => looks[name]).ToArray();
            return new ClaimStanding(claim, StateOf(claim, found), names, found);
        })];
    }

    /// <param name="looks">By the name of the check.</param>
    public static IReadOnlyList<ControlStanding> Controls(IEnumerable<CheckEntry> entries, IReadOnlyDictionary<string, Look> looks)
    {
        var (checks, claims) = (ChecksOf(entries), Claim.All.ToDictionary(claim => claim.Id));
        return [.. SecurityControl.All.Select(control =>
        {
            var names = control.Claims.SelectMany(id => checks[id]).Distinct().ToArray();
            var (found, unseen) = (names.Where(looks.ContainsKey).Select(name => looks[name]).ToArray(), names.Where(name => !looks.ContainsKey(name)).ToArray());
            string[] tests = [.. control.Claims.SelectMany(id => claims[id].Tests).Concat(control.Proofs).Distinct().Order(StringComparer.Ordinal)];
            string[] unproved = [.. control.Claims.Where(id => claims[id] is { CanBeProved: true, Tests.Count: 0 })];
            return new ControlStanding(control, StateOf(tests, unproved, found, unseen), found.Length == 0 ? null : found.Min(look => look.At), tests, unproved, found, unseen);
        })];
    }

    /// <summary>The worst of what each check found.</summary>
    public static Dictionary<string, Look> LooksOf(IEnumerable<Finding> findings, DateTimeOffset now) => findings
        .Where(finding => finding.State != CheckState.Skipped)
        .GroupBy(finding => finding.Check)
        .Select(check => check.MaxBy(finding => finding.State)!)
        .ToDictionary(worst => worst.Check, worst => new Look(worst.Check, worst.State, worst.Text, worst.Cure, now) { IsOff = worst.IsOff });

    public void Dispose() => one.Dispose();

    private async Task<Dictionary<string, Look>> LooksAsync(CancellationToken cancel)
    {
        var looks = LooksOf(await checkup.RunAsync(new CheckRequest(CheckReach.Quick), cancel), clock.GetUtcNow());
        foreach (var (name, look) in examinations.Last())
        {
            looks.TryAdd(name, look);
        }

        return looks;
    }

    private static ILookup<string, string> ChecksOf(IEnumerable<CheckEntry> entries) =>
        entries.SelectMany(entry => entry.Claims.Select(claim => (Claim: claim, entry.Name))).ToLookup(each => each.Claim, each => each.Name);

    private static ControlState StateOf(string[] tests, string[] unproved, Look[] found, string[] unseen) =>
        tests.Length == 0 || found.Any(look => look.IsOff || look.State == CheckState.Fail) ? ControlState.Absent
        : unproved.Length > 0 || unseen.Length > 0 || found.Any(look => look.State == CheckState.Warn) ? ControlState.Partial
        : ControlState.Live;

    private static ClaimState StateOf(Claim claim, Look[] found) =>
        found.Any(look => look.State is CheckState.Warn or CheckState.Fail) ? ClaimState.Wrong
        : !claim.CanBeProved ? ClaimState.NotSoftware
        : claim.Tests.Count == 0 ? ClaimState.Absent
        : found.Any(look => look.State == CheckState.Ok) ? ClaimState.Live
        : ClaimState.Partial;
}
