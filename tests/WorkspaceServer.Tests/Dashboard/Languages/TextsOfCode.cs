using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Components.CompilerServices;
using Microsoft.AspNetCore.Components.Rendering;
using WorkspaceServer.Dashboard.Languages;

namespace WorkspaceServer.Tests.Dashboard.Languages;

/// <param name="Where">The class that says it, such as TeamPage.</param>
internal sealed record FoundText(string Text, string Where);

/// <summary>What the server's pages say, read out of what the compiler made of them: each text that goes through <see cref="PageTexts.T"/>, and what does not.</summary>
internal static partial class TextsOfCode
{
    private static readonly string[] SpokenAttributes = ["title", "alt", "placeholder", "aria-label", "data-label", "data-unit"];
    private static readonly string[] SpokenParameters = ["Title", "Label", "Hint", "Needs", "What"];

    private static readonly string[] Unspoken = ["code", "pre", "script", "title"];

    // The name of the product, and SQL.
    private static readonly string[] NoTexts = ["Workspace Server", "SELECT … FROM …"];

    private static readonly Lazy<IReadOnlyList<(MethodBase Method, IReadOnlyList<Instruction> Body)>> Code = new(() => [.. CompiledCode.Of(typeof(Language).Assembly)]);

    /// <summary>In the order of their first letters, each with all who say it.</summary>
    public static IReadOnlyList<FoundText> Said =>
    [
        .. Code.Value.SelectMany(each => Keys(each.Body).Select(text => new FoundText(text, NameOf(each.Method))))
            .Append(new FoundText(Language.CountsOfOne, "Language"))
            .GroupBy(found => found.Text).Select(same => new FoundText(same.Key, string.Join(", ", same.Select(found => found.Where).Distinct().Order(StringComparer.Ordinal))))
            .OrderBy(found => found.Text, StringComparer.Ordinal),
    ];

    /// <summary>Places where T is asked for something else than a literal, which no list of texts could hold.</summary>
    public static IEnumerable<string> NotLiteral => Code.Value.SelectMany(each => NotLiteralIn(each.Body).Select(_ => NameOf(each.Method)));

    /// <summary>Texts that are said once, when a class is first used, in the language of whoever came first.</summary>
    public static IEnumerable<FoundText> SaidTooEarly => Code.Value.Where(each => each.Method.IsConstructor && each.Method.IsStatic).SelectMany(each =>
        Enumerable.Range(0, each.Body.Count - 2).Where(i => IsT(each.Body[i]) && !each.Body[i + 2].Calls(typeof(Texts), nameof(Texts.Later))).Select(i => new FoundText(each.Body[i + 1].Text ?? "", NameOf(each.Method))));

    /// <summary>Letters in the markup of pages that do not go through T.</summary>
    public static IEnumerable<FoundText> Bare => Code.Value.SelectMany(each => BareIn(each.Body).Select(text => new FoundText(text, NameOf(each.Method))));

    /// <summary>The keys that a method asks for: the literals that follow T.</summary>
    public static IEnumerable<string> Keys(IReadOnlyList<Instruction> body)
    {
        for (var i = 0; i < body.Count - 1; i++)
        {
            if (IsT(body[i]) && body[i + 1].Text is { } text)
            {
                yield return text;
                if (body[i + 2].Text is { } other && IsOfCount(body, i + 3))
                {
                    yield return other;
                }
            }
        }
    }

    public static IEnumerable<int> NotLiteralIn(IReadOnlyList<Instruction> body) => Enumerable.Range(0, body.Count).Where(i => IsT(body[i]) && body[i + 1].Text is null);

    public static IEnumerable<string> BareIn(IReadOnlyList<Instruction> body)
    {
        var open = new Stack<string?>();
        for (var i = 0; i < body.Count; i++)
        {
            if (body[i].Called is not { } called || called.DeclaringType != typeof(RenderTreeBuilder))
            {
                continue;
            }

            if (called.Name == nameof(RenderTreeBuilder.OpenElement))
            {
                open.Push(body[i - 1].Text);
            }
            else if (called.Name == nameof(RenderTreeBuilder.CloseElement))
            {
                open.TryPop(out _);
            }

            // A parameter's value goes through a check of its type.
            var last = body[i - 1].Called is { Name: nameof(RuntimeHelpers.TypeCheck) } ? i - 2 : i - 1;
            var value = body[last].Text;
            foreach (var text in (called.Name, value) switch
            {
                (nameof(RenderTreeBuilder.AddMarkupContent), not null) => open.Intersect(Unspoken).Any() ? [] : InMarkup(value),
                (nameof(RenderTreeBuilder.AddContent), not null) => open.Intersect(Unspoken).Any() ? [] : [value],
                (nameof(RenderTreeBuilder.AddAttribute), not null) when SpokenAttributes.Contains(body[last - 1].Text) => [value],
                (nameof(RenderTreeBuilder.AddComponentParameter), not null) when SpokenParameters.Contains(body[last - 1].Text) => [value],
                _ => [],
            })
            {
                if (Letters().IsMatch(NoTexts.Aggregate(text, (rest, name) => rest.Replace(name, "", StringComparison.Ordinal))))
                {
                    yield return text.Trim();
                }
            }
        }
    }

    private static IEnumerable<string> InMarkup(string markup)
    {
        var rest = NotSpoken().Replace(markup, "<x>");
        return Tag().Split(rest).Concat(SpokenAttribute().Matches(rest).Select(attribute => attribute.Groups["value"].Value)).Select(System.Net.WebUtility.HtmlDecode).OfType<string>();
    }

    private static bool IsT(Instruction instruction) => instruction.Calls(typeof(PageTexts), "get_" + nameof(PageTexts.T));

    /// <summary>Whether the next thing asked of T is by count; what comes between is how the count is found.</summary>
    private static bool IsOfCount(IReadOnlyList<Instruction> body, int from) =>
        body.Skip(from).FirstOrDefault(each => each.Called?.DeclaringType == typeof(Texts)) is { Called.Name: nameof(Texts.Many) };

    private static string NameOf(MethodBase method)
    {
        var type = method.DeclaringType!;
        while (type.DeclaringType is { } outer)
        {
            type = outer;
        }

        return type.Name;
    }

    [GeneratedRegex(@"\p{L}")]
    private static partial Regex Letters();

    [GeneratedRegex(@"<(?<element>code|pre|script|title)\b[^>]*>.*?</\k<element>>|<(?<other>\w+)[^>]* (translate=""no""|lang=""en"")[^>]*>[^<]*</\k<other>>", RegexOptions.Singleline)]
    private static partial Regex NotSpoken();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();

    [GeneratedRegex(@"\s(title|alt|placeholder|aria-label|data-label|data-unit)=""(?<value>[^""]*)""")]
    private static partial Regex SpokenAttribute();
}
