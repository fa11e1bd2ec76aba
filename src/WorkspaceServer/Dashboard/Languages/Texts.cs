using Microsoft.AspNetCore.Components;

namespace WorkspaceServer.Dashboard.Languages;

/// <summary>Where each text for a person comes from: <c>T["Save"]</c>. The text stands there as it is read, in English, and always as a literal: Texts.resx is made from these places.</summary>
/// <remarks>What is put in for {0} is never looked up or filled in again, so it may hold anything.</remarks>
/// <param name="spoken">The language of whoever reads it.</param>
internal sealed class Texts(Func<Language> spoken)
{
    public string this[string english] => spoken().Of(english);

    /// <param name="english">With {0}, {1}, … where the others go.</param>
    public string this[string english, params ReadOnlySpan<object?> parts] => Composite.Fill(spoken().Of(english), parts);

    /// <summary>By count, which is {0}: "One table", "{0} tables".</summary>
    /// <param name="parts">{1}, {2}, …</param>
    public string Many(string one, string other, long count, params ReadOnlySpan<object?> parts) =>
        Composite.Fill(spoken().Of(one, other, count), [Formats.Number(count), .. parts]);

    /// <summary>A sentence with elements in it, whole, so that a language can order it anew: "Send it to &lt;0&gt;the team&lt;/0&gt; before {1}."</summary>
    /// <param name="english">May have &lt;b&gt;, &lt;code&gt; and &lt;small&gt; in it, &lt;sr&gt; for what only a screen reader says, and &lt;0&gt; for what is given as the part 0.</param>
    /// <param name="parts">Text, numbers, a <see cref="RenderFragment"/>, or an element with what is inside it (<see cref="PageTexts.LinkTo"/>).</param>
    public RenderFragment Mixed(string english, params object?[] parts) => Composite.Mix(spoken().Of(english), parts);

    /// <summary>A text that is named once, at the start, and said in the language of each request.</summary>
    public LaterText Later(string english) => new(english, spoken);
}

/// <summary>An English text that is said when it is shown. Only <see cref="Texts.Later"/> makes one.</summary>
internal sealed record LaterText(string English, Func<Language> Spoken)
{
    public override string ToString() => Spoken().Of(English);
}
