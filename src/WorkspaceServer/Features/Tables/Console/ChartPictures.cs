using System.Globalization;
using System.Xml.Linq;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using WorkspaceServer.Dashboard.Components;
using WorkspaceServer.Features.Tables.Pages;

namespace WorkspaceServer.Features.Tables.Console;

/// <summary>Draws the picture of an answer as a file of its own: the picture of the page, with a size, and with the colours that a page has from its style sheet.</summary>
internal sealed class ChartPictures(IServiceProvider services, ILoggerFactory logs)
{
    /// <summary>In pixels, as on a desk.</summary>
    private const int Width = 640;

    private const string Looks =
        "text{font:12px sans-serif;fill:#57534a}.strong{fill:#1e1c18;font-weight:600}.c1{fill:#3346b8}.slice{stroke:#ffffff}"
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
        return html is null ? null : Picture(html, chart, hasWidth: kind == ChartKind.Pie);
    }

    private static async Task<string> HtmlAsync<T>(HtmlRenderer renderer, string points, ResultChart chart)
        where T : IComponent =>
        (await renderer.RenderComponentAsync<T>(ParameterView.FromDictionary(new Dictionary<string, object?> { [points] = chart.Bars, [nameof(BarList.Label)] = chart.Finding }))).ToHtmlString();

    private static string Picture(string html, ResultChart chart, bool hasWidth)
    {
        var drawn = XElement.Parse(html).Descendants("svg").First();
        foreach (var element in drawn.DescendantsAndSelf())
        {
            element.Name = Svg + element.Name.LocalName;
        }

        if (!hasWidth)
        {
            drawn.SetAttributeValue("width", Width.ToString(CultureInfo.InvariantCulture));
        }

        drawn.AddFirst(new XElement(Svg + "title", chart.Title), new XElement(Svg + "style", Looks));
        return drawn.ToString(SaveOptions.DisableFormatting);
    }
}
