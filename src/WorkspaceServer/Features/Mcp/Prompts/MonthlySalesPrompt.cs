using System.Text.RegularExpressions;

namespace WorkspaceServer.Features.Mcp.Prompts;

/// <summary>Prompt monthly_sales: what was sold, month by month.</summary>
internal sealed partial class MonthlySalesPrompt() : WorkspacePrompt(
    "monthly_sales",
    "Monthly sales",
    "Sales of a financial year by month, with the largest customers and items.",
    new PromptParameter("financial_year", "An Indian financial year as 2025-26; the latest with sales if left out.", IsRequired: false, Year()))
{
    protected override string Write(string? value) =>
        $"""
        Summarise the sales of the financial year {value ?? "that has the latest sales"} (1 April to 31 March): per month the number of
        invoices, the value before tax, the tax and the total, and the change against the month before. Then the ten largest customers
        and the ten largest items of the year, each with its share of the total.
        """;

    [GeneratedRegex(@"\A[0-9]{4}-[0-9]{2}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Year();
}
