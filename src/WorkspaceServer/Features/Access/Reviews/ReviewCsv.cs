using System.Globalization;
using System.Text;

namespace WorkspaceServer.Features.Access.Reviews;

/// <summary>Writes an access report as CSV (RFC 4180), for people who review in a spreadsheet.</summary>
internal static class ReviewCsv
{
    private const string Header = "email,name,role,custom_roles,permissions,state,second_factor,last_used,tokens,ai_clients";

    // What makes a spreadsheet take a cell for a formula (OWASP, CSV Injection).
    private const string FormulaStarts = "=+-@\t\r";

    public static string Write(AccessReport report)
    {
        var text = new StringBuilder(Header).Append("\r\n");
        foreach (var member in report.Members)
        {
            Line(
                text,
                member.Email,
                member.Name,
                member.Role,
                string.Join("; ", member.CustomRoles),
                string.Join(' ', member.Permissions),
                member.IsSuspended ? "suspended" : "active",
                member.SecondFactor.ToString().ToLowerInvariant(),
                Day(member.LastUsed),
                string.Join("; ", member.Tokens.Select(token => token.Name)),
                string.Join("; ", member.Clients.Select(TextOf)));
        }

        foreach (var token in report.OtherTokens)
        {
            Line(text, "(operator)", token.Name, "token", "", string.Join(' ', token.Scopes), "active", "", Day(token.LastUsed), token.Name, "");
        }

        return text.ToString();
    }

    /// <summary>Such as "Claude, not verified (tables:read search)".</summary>
    private static string TextOf(ReviewedClient client) =>
        $"{client.Name}, {(client.VerifiedHost is { } host ? "verified at " + host : "not verified")} ({string.Join(' ', client.Scopes)}){(client.IsPaused ? ", paused" : "")}";

    private static void Line(StringBuilder text, params ReadOnlySpan<string> cells)
    {
        for (var i = 0; i < cells.Length; i++)
        {
            text.Append(i == 0 ? "" : ",").Append(Cell(cells[i]));
        }

        text.Append("\r\n");
    }

    private static string Cell(string value)
    {
        var harmless = value.Length > 0 && FormulaStarts.Contains(value[0], StringComparison.Ordinal) ? "'" + value : value;
        return harmless.AsSpan().IndexOfAny(",\"\r\n") >= 0 ? $"\"{harmless.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : harmless;
    }

    private static string Day(DateTimeOffset? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "";
}
