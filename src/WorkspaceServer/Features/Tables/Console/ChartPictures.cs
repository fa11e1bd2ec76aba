using System.Xml.Linq;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using WorkspaceServer.Dashboard.Components;
using WorkspaceServer.Features.Tables.Pages;

namespace WorkspaceServer.Features.Tables.Console;

/// <summary>
/// Draws the picture of an answer as a file of its own, which needs no page to be understood: the picture of the page with a size, the colours that a page has from its
/// style sheet, a ground, so that it can be read on white and on dark, and the names of its parts.
/// </summary>
internal sealed class ChartPictures(IServiceProvider services, ILoggerFactory logs)
{
    /// <summary>In pixels, as on a desk.</summary>
    private const int Width = 640;

    /// <summary>Around the picture, in pixels, and between it and the names.</summary>
    private const int Margin = 16;

    /// <summary>Of a line of the names, in pixels.</summary>
    private const int NameHeight = 22;

    private const string Looks =
        ".ground{fill:#ffffff}text{font:12px sans-serif;fill:#57534a}.strong{fill:#1e1c18;font-weight:600}.c1{fill:#3346b8}.slice{stroke:#ffffff}"
        + ".line{fill:none;stroke:#3346b8;stroke-width:2;stroke-linejoin:round;vector-effect:non-scaling-stroke}.grid{stroke:#e6e3dc}.base{stroke:#8a8477}";

    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    /// <returns>Null for a pivot, which is a table.</returns>
    public async Task<string?> DrawAsync(ResultChart chart, ChartKind kind)
    {
        await using var renderer = new HtmlRenderer(services, logs);
        var html = await renderer.Dispatcher.InvokeAsync(async () => kind switch
        {
            ChartKind.Bars => await HtmlAsync<BarList>(renderer, nameof(BarList.Bars), chart),
            ChartKind.Line => await HtmlAsync<LineChart>(renderer, nameof(LineChart.Points), chart),
            ChartKind.Pie => await HtmlAsync<PieChart>(renderer, nameof(PieChart.Parts), chart),
            _ => null,
        });
        return html is null ? null : Picture(XElement.Parse(html), chart);
    }

    private static async Task<string> HtmlAsync<T>(HtmlRenderer renderer, string points, ResultChart chart)
        where T : IComponent =>
        (await renderer.RenderComponentAsync<T>(ParameterView.FromDictionary(new Dictionary<string, object?> { [points] = chart.Bars, [nameof(BarList.Label)] = chart.Finding }))).ToHtmlString();

    private static string Picture(XElement figure, ResultChart chart)
    {
        var names = figure.Descendants("li").ToList();
        var drawn = figure.Descendants("svg").First();
        var (width, height) = ((int?)drawn.Attribute("width") ?? Width, (int)drawn.Attribute("height")!);
        drawn.SetAttributeValue("role", null);
        drawn.SetAttributeValue("aria-label", null);
        Place(drawn, Margin, Margin, width, height);
        var top = Margin + (Math.Max(height, names.Count * NameHeight) - names.Count * NameHeight) / 2;
        var picture = new XElement(
            "svg",
            new XAttribute("role", "img"),
            new XElement("title", chart.Title),
            new XElement("desc", string.Join(" ", [chart.Finding, .. names.Count > 0 ? names.Select(TextOf) : chart.Bars.Select(bar => $"{bar.Label}: {bar.Shown}")])),
            new XElement("style", Looks),
            new XElement("rect", new XAttribute("class", "ground"), new XAttribute("width", "100%"), new XAttribute("height", "100%")),
            drawn,
            names.SelectMany((name, i) => Named(name, width + 2 * Margin, top + i * NameHeight)));
        picture.SetAttributeValue("width", Width + 2 * Margin);
        picture.SetAttributeValue("height", Math.Max(height, names.Count * NameHeight) + 2 * Margin);
        foreach (var element in picture.DescendantsAndSelf())
        {
            element.Name = Svg + element.Name.LocalName;
        }

        return picture.ToString(SaveOptions.DisableFormatting);
    }

    /// <summary>A name as the page has it, beside its colour.</summary>
    private static IEnumerable<XElement> Named(XElement name, int left, int top)
    {
        var colour = name.Element("svg")!;
        Place(colour, left, top, 12, 12);
        yield return colour;
        yield return new XElement("text", new XAttribute("x", left + NameHeight), new XAttribute("y", top + 11), TextOf(name));
    }

    private static string TextOf(XElement name)
    {
        var value = name.Descendants("b").First();
        return $"{Text(value.PreviousNode)}: {value.Value} ({Text(value.NextNode)})";
    }

    private static string Text(XNode? node) => (node as XText)?.Value.Trim() ?? "";

    private static void Place(XElement element, int x, int y, int width, int height)
    {
        foreach (var (attribute, value) in (ValueTuple<string, int>[])[("x", x), ("y", y), ("width", width), ("height", height)])
        {
            element.SetAttributeValue(attribute, value);
        }
    }
}
