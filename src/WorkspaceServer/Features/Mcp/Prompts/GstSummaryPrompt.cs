using System.Text.RegularExpressions;

namespace WorkspaceServer.Features.Mcp.Prompts;

/// <summary>Prompt gst_summary: the tax of one month.</summary>
internal sealed partial class GstSummaryPrompt() : WorkspacePrompt(
    "gst_summary",
    "GST summary",
    "Output GST of one month by rate and kind of supply, checked against the invoices.",
    new PromptParameter("month", "A month as YYYY-MM.", IsRequired: true, Month()))
{
    protected override string Write(string? value) =>
        $"""
        Summarise the GST on sales of {value}: per rate the taxable value, CGST, SGST, IGST and total tax, inside the state and between
        states apart, for customers with and without GSTIN apart. Check that the taxable value and the tax of the lines add up to the
        invoices, and list every invoice where they do not.
        """;

    [GeneratedRegex(@"\A[0-9]{4}-(0[1-9]|1[0-2])\z", RegexOptions.CultureInvariant)]
    private static partial Regex Month();
}
