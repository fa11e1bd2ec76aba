using System.Collections.Concurrent;
using WorkspaceServer.Control;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Columns;

/// <summary>How careful one has to be with a column.</summary>
internal enum ColumnClass
{
    Public,
    Internal,

    /// <summary>About persons: hidden from AI clients when it becomes so; to show it after that is a step of its own.</summary>
    Private,

    /// <summary>Never shown to an AI client.</summary>
    Confidential,
}

internal static class ColumnClasses
{
    /// <summary>As it is stored, shown and sent.</summary>
    public static string NameOf(ColumnClass kind) => kind.ToString().ToLowerInvariant();

    /// <summary>Null if there is no such class.</summary>
    public static ColumnClass? Find(string? name) => Enum.GetValues<ColumnClass>().Where(each => NameOf(each) == name).Select(each => (ColumnClass?)each).FirstOrDefault();
}

/// <param name="IsHidden">From every AI client.</param>
internal sealed record ColumnRule(string Table, string Column, ColumnClass Class, bool IsHidden);

/// <summary>Which columns of a workspace AI clients never see, whatever their token allows.</summary>
/// <remarks>Remembered until the change counter moves, which other processes move too, so that a change is felt within a second.</remarks>
internal sealed class ColumnRules(ColumnRuleStore store, ChangeCounter changes)
{
    /// <summary>Workspaces remembered at the same time. When there are more, all are forgotten.</summary>
    private const int MaxRemembered = 1_000;

    private readonly ConcurrentDictionary<WorkspaceId, (long Revision, IReadOnlyList<ColumnRule> Rules)> remembered = new();

    public IReadOnlyList<ColumnRule> Of(WorkspaceId workspace)
    {
        // Read before the rules are: what changes in between is then noticed at the next look.
        var revision = changes.Current;
        if (!remembered.TryGetValue(workspace, out var known) || known.Revision != revision)
        {
            if (remembered.Count >= MaxRemembered)
            {
                remembered.Clear();
            }

            remembered[workspace] = known = (revision, store.List(workspace));
        }

        return known.Rules;
    }

    /// <summary>What a client may read that is itself bound by <paramref name="own"/>.</summary>
    public ReadAccess For(WorkspaceId workspace, ReadAccess own)
    {
        var hidden = Of(workspace).Where(rule => rule.IsHidden).Select(rule => $"{rule.Table}.{rule.Column}").ToArray();
        return hidden.Length == 0 ? own : new ReadAccess([.. own.HiddenColumns.Concat(hidden).Distinct(StringComparer.OrdinalIgnoreCase)]);
    }

    /// <summary>Sets the rule of one column. A confidential one is hidden whatever is asked, and so is one that was not private before.</summary>
    public void Set(WorkspaceId workspace, ColumnRule rule)
    {
        var becomesPrivate = rule.Class == ColumnClass.Private && !store.List(workspace).Any(before => before.Class == ColumnClass.Private && IsSameColumn(before, rule));
        rule = rule with { IsHidden = rule.IsHidden || rule.Class == ColumnClass.Confidential || becomesPrivate };
        store.Set(workspace, rule, new AuditEntry(AuditActions.HiddenColumnsChanged)
        {
            Target = ("column", $"{rule.Table}.{rule.Column}"),
            Workspace = workspace,
            Details = [("class", ColumnClasses.NameOf(rule.Class)), ("hidden", rule.IsHidden)],
        });
        changes.Changed();
    }

    private static bool IsSameColumn(ColumnRule one, ColumnRule other) =>
        one.Table.Equals(other.Table, StringComparison.OrdinalIgnoreCase) && one.Column.Equals(other.Column, StringComparison.OrdinalIgnoreCase);
}
