using System.Globalization;
using WorkspaceServer.Control;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Tokens;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Tokens;

/// <param name="Text">The token itself. Shown to its owner now and never again.</param>
internal sealed record IssuedToken(TokenRecord Record, string Text);

/// <summary>Makes and revokes tokens for AI clients.</summary>
internal sealed class TokenIssuer(TokenStore tokens, ChangeCounter changes, TimeProvider clock)
{
    /// <summary>Longest name, in characters.</summary>
    public const int MaxNameLength = 100;

    /// <summary>Longest list of hidden columns.</summary>
    public const int MaxHiddenColumns = 2_000;

    public static readonly TimeSpan DefaultLifetime = TimeSpan.FromDays(90);

    public static readonly TimeSpan MaxLifetime = TimeSpan.FromDays(366);

    /// <param name="hiddenColumns">"table.column" or "table.*".</param>
    /// <param name="createdBy">The member who makes it, who may do so; null if the operator does.</param>
    /// <exception cref="ProblemException">An argument is out of bounds.</exception>
    public IssuedToken Create(
        WorkspaceId workspace,
        string name,
        IReadOnlyList<string>? scopes = null,
        IReadOnlyList<string>? hiddenColumns = null,
        TimeSpan? lifetime = null,
        string? createdBy = null,
        TokenBudget budget = default)
    {
        name = name.Trim();
        scopes ??= Scopes.Default;
        var granted = Scopes.All.Where(scope => scopes.Contains(scope, StringComparer.Ordinal)).ToArray();
        var hidden = (hiddenColumns ?? []).Distinct(StringComparer.OrdinalIgnoreCase).ToArray();
        var expires = lifetime ?? DefaultLifetime;
        Check(name.Length is > 0 and <= MaxNameLength && !name.Any(char.IsControl), $"A token's name has 1 to {MaxNameLength} characters and no line breaks.");
        Check(granted.Length > 0 && granted.Length == scopes.Distinct().Count(), $"Scopes are one or more of: {Scopes.Format(Scopes.All)}.");
        Check(hidden.Length <= MaxHiddenColumns && hidden.All(IsColumn), $"Hidden columns are written as table.column or table.*, at most {MaxHiddenColumns} of them.");
        Check(expires > TimeSpan.Zero && expires <= MaxLifetime, string.Create(CultureInfo.InvariantCulture, $"A token lives up to {MaxLifetime.TotalDays:0} days."));
        Check(budget is { Rows: null or (>= 1 and <= TokenBudget.MaxRows), Bytes: null or (>= 1 and <= TokenBudget.MaxBytes) }, "A budget is at least 1, and at most a billion rows and a trillion bytes a day.");

        var text = SecretToken.Create(SecretToken.McpPrefix);
        SecretToken.TryHash(SecretToken.McpPrefix, text, out var sha256);
        var now = clock.GetUtcNow();
        var record = new TokenRecord(
            Guid.CreateVersion7(now).ToString("n"), workspace, name, granted, hidden, now, now + expires, RevokedAt: null, createdBy, budget);
        tokens.Add(record, sha256!, new AuditEntry(AuditActions.TokenCreated)
        {
            Target = ("token", record.Id),
            Workspace = workspace,
            Details = [("name", name), ("scopes", granted), ("hidden_columns", hidden), ("expires_at", record.ExpiresAt.ToString("u", CultureInfo.InvariantCulture))],
        });
        changes.Changed();
        return new IssuedToken(record, text);
    }

    /// <exception cref="ProblemException">There is no such token, or it was revoked before.</exception>
    public void Revoke(string id)
    {
        var isRevoked = tokens.Revoke(id, clock.GetUtcNow(), token => new AuditEntry(AuditActions.TokenRevoked)
        {
            Target = ("token", token.Id),
            Workspace = token.Workspace,
            Details = [("name", token.Name)],
        });
        if (!isRevoked)
        {
            throw new ProblemException(ProblemCodes.NotFound, "There is no such token, or it was revoked before. List them with: workspace-server token list");
        }

        changes.Changed();
    }

    private static bool IsColumn(string name) => name.Split('.') is [{ Length: > 0 and <= TableSchema.MaxNameLength }, { Length: > 0 and <= TableSchema.MaxNameLength }];

    private static void Check(bool holds, string rule)
    {
        if (!holds)
        {
            throw new ProblemException(ProblemCodes.InvalidArgument, rule);
        }
    }
}
