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

    /// <summary>About persons: shown to AI clients that were allowed private columns, and to no others.</summary>
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
internal sealed record ColumnRule(string Table, string Column, ColumnClass Class, bool IsHidden)
{
    /// <param name="mayPrivate">Whether the client was allowed private columns.</param>
    public bool IsHiddenFrom(bool mayPrivate) => IsHidden || Class == ColumnClass.Confidential || (Class == ColumnClass.Private && !mayPrivate);
}

/// <summary>Which columns of a workspace an AI client does not see, whatever else its token allows.</summary>
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
    /// <param name="mayPrivate">Whether it was allowed private columns.</param>
    public ReadAccess For(WorkspaceId workspace, ReadAccess own, bool mayPrivate)
    {
        var hidden = Of(workspace).Where(rule => rule.IsHiddenFrom(mayPrivate)).Select(rule => $"{rule.Table}.{rule.Column}").ToArray();
        return hidden.Length == 0 ? own : new ReadAccess([.. own.HiddenColumns.Concat(hidden).Distinct(StringComparer.OrdinalIgnoreCase)]);
    }

    /// <summary>Whether there is something here that only a client sees which was allowed private columns.</summary>
    public bool HasPrivate(WorkspaceId workspace) => Of(workspace).Any(rule => rule.IsHiddenFrom(mayPrivate: false) && !rule.IsHiddenFrom(mayPrivate: true));

    /// <summary>Sets the rule of one column. A confidential one is hidden whatever is asked.</summary>
    public void Set(WorkspaceId workspace, ColumnRule rule)
    {
        rule = rule with { IsHidden = rule.IsHidden || rule.Class == ColumnClass.Confidential };
        store.Set(workspace, rule, new AuditEntry(AuditActions.HiddenColumnsChanged)
        {
            Target = ("column", $"{rule.Table}.{rule.Column}"),
            Workspace = workspace,
            Details = [("class", ColumnClasses.NameOf(rule.Class)), ("hidden", rule.IsHidden)],
        });
        changes.Changed();
    }
}
