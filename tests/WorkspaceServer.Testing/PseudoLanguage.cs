using System.Net;
using System.Text.RegularExpressions;
using WorkspaceServer.Dashboard.Languages;

namespace WorkspaceServer.Testing;

/// <summary>A language made of English, with each text in ⟦brackets⟧ and longer than before, so that what does not go through <see cref="PageTexts.T"/> shows.</summary>
/// <remarks>What is put into a text stands outside of the brackets: ⟦Seen ⟧10:42⟦ by ⟧Asha.</remarks>
internal static partial class PseudoLanguage
{
    public const string Tag = "qps-ploc";

    private static readonly string[] NotSpoken = ["script", "style", "code", "pre", "time", "textarea"];
    private static readonly string[] Void = ["input", "br", "img", "link", "meta", "hr", "!doctype", "col"];

    public static Language Language { get; } = new(Tag, english => english == Language.CountsOfOne ? null
        : english == Dashboard.Formats.Months ? string.Join(' ', english.Split(' ').Select(Bracketed)) : Bracketed(english));

    /// <summary>Texts of a page that stand in no brackets: its letters outside of them, and outside of elements that say that they are no English text of ours.</summary>
    /// <remarks>Those are code, times, pictures, and what has translate="no" (a name) or lang="en" (a document that is in English only).</remarks>
    public static IEnumerable<string> Outside(string html)
    {
        var open = new Stack<(string Name, bool IsSpoken)>();
        var depth = 0;
        foreach (Match token in Token().Matches(html))
        {
            if (!token.Value.StartsWith('<'))
            {
                foreach (var text in open.All(each => each.IsSpoken) ? OutsideOf(WebUtility.HtmlDecode(token.Value), ref depth) : [])
                {
                    yield return text;
                }

                continue;
            }

            var name = Name().Match(token.Value).Groups[1].Value.ToLowerInvariant();
            if (token.Value.StartsWith("</", StringComparison.Ordinal))
            {
                while (open.TryPop(out var closed) && closed.Name != name)
                {
                }
            }
            else if (name.Length > 0)
            {
                if (!Void.Contains(name) && !token.Value.EndsWith("/>", StringComparison.Ordinal))
                {
                    open.Push((name, !NotSpoken.Contains(name) && !Untranslated().IsMatch(token.Value)));
                }

                var none = 0;
                foreach (var text in SpokenAttribute().Matches(token.Value).SelectMany(attribute => OutsideOf(WebUtility.HtmlDecode(attribute.Groups[1].Value), ref none)).Where(_ => !Untranslated().IsMatch(token.Value)))
                {
                    yield return text;
                }
            }
        }

        if (depth != 0)
        {
            yield return "a bracket without its other one";
        }
    }

    private static List<string> OutsideOf(string text, ref int depth)
    {
        var rests = new List<string>();
        var rest = "";
        foreach (var letter in text)
        {
            if (letter is '⟦' or '⟧')
            {
                depth += letter == '⟦' ? 1 : -1;
                rests.Add(rest);
                rest = "";
            }
            else if (depth == 0)
            {
                rest += letter;
            }
        }

        return [.. rests.Append(rest).Select(each => each.Trim()).Where(each => each.Any(char.IsLetter))];
    }

    private static string Bracketed(string english) => Piece().Replace(english, piece => Part().IsMatch(piece.Value) ? piece.Value
        : piece.Value.Trim().Length == 0 ? piece.Value : $"⟦{Vowel().Replace(piece.Value, "$0$0")}⟧");

    [GeneratedRegex(@"\{[0-9]\}|</?[a-z0-9]+>|(?:(?!\{[0-9]\}|</?[a-z0-9]+>).)+", RegexOptions.Singleline)]
    private static partial Regex Piece();

    [GeneratedRegex(@"^(\{[0-9]\}|</?[a-z0-9]+>)$")]
    private static partial Regex Part();

    [GeneratedRegex("[aeiou]")]
    private static partial Regex Vowel();

    [GeneratedRegex("<!--.*?-->|<[^>]*>|[^<]+", RegexOptions.Singleline)]
    private static partial Regex Token();

    [GeneratedRegex("^</?([!A-Za-z0-9]+)")]
    private static partial Regex Name();

    [GeneratedRegex(@"\s(translate=""no""|lang=""en""|aria-hidden=""true"")")]
    private static partial Regex Untranslated();

    [GeneratedRegex(@"\s(?:title|alt|placeholder|aria-label|data-label|data-unit)=""([^""]*)""")]
    private static partial Regex SpokenAttribute();
}
