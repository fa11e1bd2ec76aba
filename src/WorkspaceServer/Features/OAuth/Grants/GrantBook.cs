using System.Text.RegularExpressions;
using WorkspaceServer.Control;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.OAuth.Grants;

/// <summary>What is to become of a grant; null for what stays as it is.</summary>
/// <param name="Scopes">Some of those that it has.</param>
/// <param name="Tools">The only tools that it may use. May grow again: scopes and permissions bound them all the same.</param>
/// <param name="HiddenColumns">To be hidden besides those that are.</param>
/// <param name="RowsPerDay">At most as many as now.</param>
/// <param name="Days">Ends after so many days from now, if that is earlier.</param>
internal sealed record GrantLimits(IReadOnlyList<string>? Scopes, IReadOnlyList<string>? Tools, IReadOnlyList<string>? HiddenColumns, long? RowsPerDay, int? Days);

/// <summary>Shows owners the AI clients that are connected, and narrows, pauses and ends them; each is felt at the next call.</summary>
internal sealed partial class GrantBook(GrantStore grants, AuditLog audit, ChangeCounter changes, TimeProvider clock)
{
    /// <summary>Most names in a list of tools.</summary>
    public const int MaxTools = 50;

    private const int SecondsOfDay = 24 * 60 * 60;

    public IReadOnlyList<ConnectedClient> List(WorkspaceId workspace, string? before, int limit) => grants.List(workspace, Today, before, limit);

    /// <exception cref="ProblemException">There is no such client in this workspace.</exception>
    public ConnectedClient Get(WorkspaceId workspace, string id)
    {
        using var connection = grants.Open();
        return Find(connection, workspace, id);
    }

    /// <summary>Lets a client do less. More takes another consent of the person.</summary>
    /// <exception cref="ProblemException">There is no such client, the actor may not, or it would be more.</exception>
    public ConnectedClient Narrow(Principal actor, WorkspaceId workspace, string id, GrantLimits limits) => Change(
        actor, workspace, id, Permissions.ClientsApprove, (connection, before) =>
        {
            var after = Narrowed(before, limits);
            GrantStore.Change(connection, after);
            Record(connection, AuditActions.OAuthNarrowed, before, ("scopes", after.Scopes), ("rows_per_day", after.RowsPerDay));
            if (limits.Tools is not null)
            {
                Record(connection, AuditActions.ClientToolsChanged, before, ("tools", after.Tools));
            }

            if (after.HiddenColumns.Count > before.HiddenColumns.Count)
            {
                Record(connection, AuditActions.HiddenColumnsChanged, before, ("hidden_columns", after.HiddenColumns));
            }
        });

    /// <summary>Stops a client until <see cref="Resume"/>. It keeps its tokens, and cannot be connected anew meanwhile.</summary>
    public ConnectedClient Pause(Principal actor, WorkspaceId workspace, string id) => Change(
        actor, workspace, id, Permissions.ClientsRevoke, (connection, grant) =>
        {
            GrantStore.Pause(connection, grant.Id, clock.GetUtcNow());
            Record(connection, AuditActions.OAuthPaused, grant);
        });

    public ConnectedClient Resume(Principal actor, WorkspaceId workspace, string id) => Change(
        actor, workspace, id, Permissions.ClientsApprove, (connection, grant) =>
        {
            GrantStore.Pause(connection, grant.Id, at: null);
            Record(connection, AuditActions.OAuthResumed, grant);
        });

    /// <summary>Ends a client's access for good, with all of its tokens.</summary>
    public ConnectedClient Revoke(Principal actor, WorkspaceId workspace, string id) => Change(
        actor, workspace, id, Permissions.ClientsRevoke, (connection, grant) =>
        {
            GrantStore.Revoke(connection, grant.Id, clock.GetUtcNow());
            Record(connection, AuditActions.OAuthRevoked, grant);
        });

    private int Today => (int)(clock.GetUtcNow().ToUnixTimeSeconds() / SecondsOfDay);

    private ConnectedClient Change(Principal actor, WorkspaceId workspace, string id, Permission permission, Action<ControlConnection, OAuthGrant> change)
    {
        using var connection = grants.Open();
        connection.Begin();
        Policy.Require(connection, actor, workspace, PermissionSet.Of(permission));
        var before = Find(connection, workspace, id);
        if (!before.Grant.IsLive(clock.GetUtcNow()))
        {
            throw new ProblemException(ProblemCodes.NotFound, "The access of this client is over already.");
        }

        change(connection, before.Grant);
        var after = Find(connection, workspace, id);
        connection.Commit();
        changes.Changed();
        return after;
    }

    private ConnectedClient Find(ControlConnection connection, WorkspaceId workspace, string id) =>
        GrantStore.Find(connection, workspace, id, Today) ?? throw new ProblemException(ProblemCodes.NotFound, "There is no such client in this workspace.");

    private OAuthGrant Narrowed(OAuthGrant grant, GrantLimits limits)
    {
        Check(limits.Scopes is null or { Count: > 0 } && limits.Scopes?.All(grant.Scopes.Contains) != false, $"scopes are one or more of those that it has: {string.Join(' ', grant.Scopes)}.");
        Check(limits.Tools is null || (limits.Tools.Count <= MaxTools && limits.Tools.All(ToolName().IsMatch)), $"tools are at most {MaxTools} names of tools, such as list_tables.");
        Check(limits.HiddenColumns?.All(ColumnList.IsColumn) != false && ColumnList.IsList(string.Join(',', limits.HiddenColumns ?? [])), ColumnList.Rule);
        Check(limits.RowsPerDay is null || (limits.RowsPerDay >= 1 && limits.RowsPerDay <= grant.RowsPerDay), $"rows_per_day is 1 to {grant.RowsPerDay}; for more, connect the client again.");
        Check(limits.Days is null or >= 1 and <= 366, "days is 1 to 366.");
        var end = clock.GetUtcNow() + TimeSpan.FromDays(limits.Days ?? 366);
        return grant with
        {
            Scopes = [.. grant.Scopes.Where(scope => limits.Scopes?.Contains(scope) != false)],
            Tools = limits.Tools ?? grant.Tools,
            HiddenColumns = [.. grant.HiddenColumns.Concat(limits.HiddenColumns ?? []).Distinct(StringComparer.OrdinalIgnoreCase)],
            RowsPerDay = limits.RowsPerDay ?? grant.RowsPerDay,
            ExpiresAt = limits.Days is not null && end < grant.ExpiresAt ? end : grant.ExpiresAt,
        };
    }

    private void Record(ControlConnection connection, AuditAction action, OAuthGrant grant, params (string, object?)[] details) =>
        audit.Append(connection, new AuditEntry(action) { Target = ("oauth_grant", grant.Id), Workspace = grant.Workspace, Details = details });

    private static void Check(bool holds, string rule)
    {
        if (!holds)
        {
            throw new ProblemException(ProblemCodes.InvalidArgument, rule);
        }
    }

    [GeneratedRegex("^[a-z_]{1,64}$")]
    private static partial Regex ToolName();
}
