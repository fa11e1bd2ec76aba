using Microsoft.AspNetCore.Components;
using WorkspaceServer.Dashboard.Components;

namespace WorkspaceServer.Dashboard.Languages;

/// <summary>What pages say, and what stands in the middle of a sentence: all pages have these by a static import.</summary>
internal static class PageTexts
{
    public static Texts T { get; } = new(() => Language.Current);

    /// <summary>Leads to another page.</summary>
    public static RenderFragment<RenderFragment> LinkTo(string href) => inner => builder =>
    {
        builder.OpenElement(0, "a");
        builder.AddAttribute(1, "href", href);
        builder.AddContent(2, inner);
        builder.CloseElement();
    };

    public static RenderFragment DayOf(DateTimeOffset at) => builder =>
    {
        builder.OpenComponent<Day>(0);
        builder.AddComponentParameter(1, nameof(Day.At), at);
        builder.CloseComponent();
    };

    public static RenderFragment SeenOf(DateTimeOffset at) => builder =>
    {
        builder.OpenComponent<Seen>(0);
        builder.AddComponentParameter(1, nameof(Seen.At), at);
        builder.CloseComponent();
    };

    /// <summary>Any other markup, as Razor writes it.</summary>
    public static RenderFragment Part(RenderFragment fragment) => fragment;
}
