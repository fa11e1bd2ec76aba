using System.Text.RegularExpressions;

namespace WorkspaceServer.Features.Mcp.Prompts;

/// <summary>Prompt debtors_ageing: who owes how much, and for how long.</summary>
internal sealed partial class DebtorsAgeingPrompt() : WorkspacePrompt(
    "debtors_ageing",
    "Debtors ageing",
    "Outstanding sales invoices by customer and age.",
    new PromptParameter("as_on", "A date as YYYY-MM-DD; today if left out.", IsRequired: false, Date()))
{
    protected override string Write(string? value) =>
        $"""
        Show the debtors ageing as on {value ?? "today (take the date from sync_status)"}: for every customer what is still to be received,
        split into 0-30, 31-60, 61-90 and over 90 days since the invoice date, with a total row, the largest total first.
        Take receipts into account that came up to that date. Then name the five oldest invoices that are still open.
        """;

    [GeneratedRegex(@"\A[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])\z", RegexOptions.CultureInvariant)]
    private static partial Regex Date();
}
