using System.Globalization;
using System.Text;

namespace WorkspaceServer.Features.Mcp;

/// <summary>Text of which a person sees every character: nothing in it is read by a model or a program alone, and nothing turns its order around.</summary>
internal static class VisibleText
{
    /// <summary>Lines and tabs are seen, as distances.</summary>
    public static bool Is(string text) => !text.EnumerateRunes().Any(rune => rune.Value is not ('\n' or '\r' or '\t') && IsInvisible(rune));

    /// <summary>The text without what nobody sees, on one line.</summary>
    public static string Of(string text) => string.Concat(text.EnumerateRunes().Where(rune => !IsInvisible(rune)));

    // The joiners are part of how Indian scripts are written.
    private static bool IsInvisible(Rune rune) => rune.Value is not (0x200C or 0x200D)
        && Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
