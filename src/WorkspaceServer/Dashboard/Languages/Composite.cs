using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Components;

namespace WorkspaceServer.Dashboard.Languages;

/// <summary>A text with places in it, and what is put there. What is put in is taken as it is, and a place for nothing stays as it stands, so that no translation breaks a page.</summary>
internal static partial class Composite
{
    private static readonly string[] Elements = ["b", "code", "small"];

    public static string Fill(string text, ReadOnlySpan<object?> parts)
    {
        var filled = new StringBuilder(text.Length + 32);
        var at = 0;
        foreach (var place in Place().EnumerateMatches(text))
        {
            filled.Append(text, at, place.Index - at);
            at = place.Index + place.Length;
            var number = text[place.Index + 1] - '0';
            filled.Append(number < parts.Length ? Shown(parts[number]) : text.AsSpan(place.Index, place.Length).ToString());
        }

        return filled.Append(text, at, text.Length - at).ToString();
    }

    /// <summary>The same with elements: those of <see cref="Elements"/>, and those that are parts. Whatever else looks like one is text.</summary>
    public static RenderFragment Mix(string text, IReadOnlyList<object?> parts) => builder =>
    {
        foreach (var piece in Pieces(text, parts))
        {
            builder.AddContent(0, piece);
        }
    };

    private static IEnumerable<RenderFragment> Pieces(string text, IReadOnlyList<object?> parts)
    {
        var at = 0;
        foreach (Match found in Element().Matches(text))
        {
            if (Wrapped(found, parts) is { } element)
            {
                foreach (var piece in WithoutElements(text[at..found.Index], parts))
                {
                    yield return piece;
                }

                yield return element;
                at = found.Index + found.Length;
            }
        }

        foreach (var piece in WithoutElements(text[at..], parts))
        {
            yield return piece;
        }
    }

    private static IEnumerable<RenderFragment> WithoutElements(string text, IReadOnlyList<object?> parts)
    {
        foreach (Match piece in PlaceOrText().Matches(text))
        {
            var part = Place().IsMatch(piece.Value) && piece.Value[1] - '0' is var number && number < parts.Count ? parts[number] : piece.Value;
            yield return part as RenderFragment ?? (builder => builder.AddContent(0, Shown(part)));
        }
    }

    private static RenderFragment? Wrapped(Match found, IReadOnlyList<object?> parts)
    {
        var (name, inner) = (found.Groups["name"].Value, Mix(found.Groups["inner"].Value, parts));
        if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return number < parts.Count && parts[number] is RenderFragment<RenderFragment> around ? around(inner) : null;
        }

        return name == "sr" ? Wrap("span", "sr", inner) : Elements.Contains(name) ? Wrap(name, null, inner) : null;
    }

    private static RenderFragment Wrap(string element, string? style, RenderFragment inner) => builder =>
    {
        builder.OpenElement(0, element);
        builder.AddAttribute(1, "class", style);
        builder.AddContent(2, inner);
        builder.CloseElement();
    };

    private static string Shown(object? part) => part switch
    {
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => part?.ToString() ?? "",
    };

    [GeneratedRegex(@"\{[0-9]\}")]
    private static partial Regex Place();

    [GeneratedRegex(@"\{[0-9]\}|(?:(?!\{[0-9]\}).)+", RegexOptions.Singleline)]
    private static partial Regex PlaceOrText();

    // An element does not stand in one of its own name.
    [GeneratedRegex("<(?<name>[a-z0-9]+)>(?<inner>.*?)</\\k<name>>", RegexOptions.Singleline)]
    private static partial Regex Element();
}
