using System.Text.Json;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting.Checks;

namespace WorkspaceServer.Features.Controls;

/// <summary>What `doctor` found when it last ran: it makes checks that a page has no time or no right for, and leaves its verdicts in the audit log.</summary>
internal sealed class Examinations(AuditStore audit)
{
    /// <summary>How many of its entries are looked at: some are made without --host, and say nothing of the machine.</summary>
    private const int Entries = 20;

    /// <summary>For an entry: the names of the checks, by what they found; the worst of each.</summary>
    public static IEnumerable<(string Name, object? Value)> Details(IEnumerable<Finding> findings) => findings
        .Where(finding => finding.State != CheckState.Skipped)
        .GroupBy(finding => finding.Check, finding => finding.State)
        .GroupBy(check => check.Max(), check => check.Key)
        .Select(state => (NameOf(state.Key), (object?)state.ToArray()));

    /// <summary>The newest verdict of each check.</summary>
    public IReadOnlyDictionary<string, Look> Last()
    {
        var looks = new Dictionary<string, Look>();
        foreach (var entry in audit.Find(new AuditFilter(Action: AuditActions.SystemExamined.Name), Entries))
        {
            using var details = JsonDocument.Parse(entry.Row.Details);
            foreach (var state in new[] { CheckState.Ok, CheckState.Warn, CheckState.Fail })
            {
                if (details.RootElement.TryGetProperty(NameOf(state), out var names) && names.ValueKind == JsonValueKind.Array)
                {
                    foreach (var name in names.EnumerateArray().Select(name => name.GetString()).OfType<string>())
                    {
                        looks.TryAdd(name, new Look(name, state, state == CheckState.Ok ? "in order" : "not in order; run workspace-server doctor", null, entry.At));
                    }
                }
            }
        }

        return looks;
    }

    private static string NameOf(CheckState state) => state switch
    {
        CheckState.Ok => "in_order",
        CheckState.Warn => "to_look_at",
        _ => "wrong_checks",
    };
}

/// <summary>What one check found, and when.</summary>
/// <param name="Cure">What mends it, if it is not in order.</param>
internal sealed record Look(string Check, CheckState State, string Text, string? Cure, DateTimeOffset At)
{
    /// <summary>What it looks at is turned off.</summary>
    public bool IsOff { get; init; }
}
