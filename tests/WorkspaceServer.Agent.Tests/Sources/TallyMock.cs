using System.Globalization;
using System.Security;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace WorkspaceServer.Agent.Tests.Sources;

/// <summary>Answers as TallyPrime does on port 9000: collections in TDL, its own way to write values, and its known oddities.</summary>
/// <remarks>
/// Oddities: references to control characters that XML forbids (&amp;#4; before what Tally made itself), numbers with blanks before them, attributes
/// TYPE on every field, only the fields that were asked for, STATUS 0 for a company that is not open, and 200 for every error.
/// </remarks>
internal sealed partial class TallyMock : IAsyncDisposable
{
    public const string Company = "Sharma & Sons \"Traders\" <Pvt> Ltd – दिल्ली";

    private readonly WebApplication app;

    private TallyMock()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        app = builder.Build();
        app.MapPost("/", AnswerAsync);
    }

    public Uri Address { get; private set; } = null!;

    /// <summary>By type of object: GUID, AlterID, fields as (name, text), lists as (name, entries).</summary>
    public Dictionary<string, List<Item>> Items { get; } = new() { ["Group"] = [], ["Ledger"] = [], ["StockItem"] = [], ["Voucher"] = [] };

    /// <summary>As it came.</summary>
    public string LastRequest { get; private set; } = "";

    /// <summary>How many objects were sent with all their fields.</summary>
    public int FullObjectsSent { get; private set; }

    public static async Task<TallyMock> StartAsync()
    {
        var mock = new TallyMock();
        await mock.app.StartAsync();
        mock.Address = new Uri(mock.app.Urls.Single());
        return mock;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        // Strict: what is no XML at all is what Tally calls an unknown request.
        XElement request;
        try
        {
            LastRequest = await new StreamReader(context.Request.Body, Encoding.UTF8).ReadToEndAsync();
            request = XElement.Parse(LastRequest);
        }
        catch (System.Xml.XmlException)
        {
            await context.Response.WriteAsync("<RESPONSE>Unknown Request, cannot be processed</RESPONSE>");
            return;
        }

        var collection = request.Descendants("COLLECTION").Single();
        var type = collection.Element("TYPE")!.Value;
        var company = request.Descendants("SVCURRENTCOMPANY").SingleOrDefault()?.Value;
        context.Response.ContentType = "text/xml; charset=utf-8";
        if (company is not null && company != Company)
        {
            await context.Response.WriteAsync("<ENVELOPE><HEADER><VERSION>1</VERSION><STATUS>0</STATUS></HEADER><BODY><DATA><LINEERROR>Could not set 'SVCurrentCompany' to that company</LINEERROR></DATA></BODY></ENVELOPE>");
            return;
        }

        var text = new StringBuilder("<ENVELOPE>\r\n <HEADER>\r\n  <VERSION>1</VERSION>\r\n  <STATUS>1</STATUS>\r\n </HEADER>\r\n <BODY>\r\n  <DESC>\r\n  </DESC>\r\n  <DATA>\r\n   <COLLECTION>\r\n");
        if (type == "Company")
        {
            text.Append(CultureInfo.InvariantCulture, $"<COMPANY NAME=\"{SecurityElement.Escape(Company)}\" RESERVEDNAME=\"\"><NAME TYPE=\"String\">{SecurityElement.Escape(Company)}</NAME></COMPANY>");
        }
        else
        {
            var formula = request.Descendants("SYSTEM").SingleOrDefault()?.Value;
            var fields = collection.Element("FETCH")!.Value.Split(", ");
            foreach (var item in Items[type].Where(item => formula is null || Matches(formula, item.AlterId)))
            {
                FullObjectsSent += fields.Length > 2 ? 1 : 0;
                Write(text, type.ToUpperInvariant(), item, fields);
            }
        }

        await context.Response.WriteAsync(text.Append("   </COLLECTION>\r\n  </DATA>\r\n </BODY>\r\n</ENVELOPE>").ToString());
    }

    private static bool Matches(string formula, long alterId)
    {
        var match = Formula().Match(formula);
        Assert(match.Success, $"Tally would not understand {formula}");
        return alterId > long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) && alterId <= long.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture);
    }

    private static void Write(StringBuilder text, string element, Item item, string[] fetched)
    {
        var name = item.Fields.FirstOrDefault(field => field.Name == "Name").Text;
        text.Append(CultureInfo.InvariantCulture, $"    <{element} NAME=\"{Escape(name ?? "")}\" RESERVEDNAME=\"\">\r\n     <GUID TYPE=\"String\">{item.Guid}</GUID>\r\n     <ALTERID TYPE=\"Number\"> {item.AlterId}</ALTERID>\r\n");
        foreach (var (field, value) in item.Fields.Where(field => fetched.Contains(field.Name)))
        {
            text.Append(CultureInfo.InvariantCulture, $"     <{field.ToUpperInvariant()} TYPE=\"String\">{Escape(value)}</{field.ToUpperInvariant()}>\r\n");
        }

        foreach (var (list, entries) in item.Lists)
        {
            foreach (var entry in entries)
            {
                text.Append(CultureInfo.InvariantCulture, $"     <{list.ToUpperInvariant()}.LIST>\r\n");
                foreach (var (field, value) in entry.Where(field => fetched.Contains($"{list}.{field.Name}")))
                {
                    text.Append(CultureInfo.InvariantCulture, $"      <{field.ToUpperInvariant()} TYPE=\"Amount\">{Escape(value)}</{field.ToUpperInvariant()}>\r\n");
                }

                text.Append(CultureInfo.InvariantCulture, $"     </{list.ToUpperInvariant()}.LIST>\r\n");
            }
        }

        text.Append(CultureInfo.InvariantCulture, $"    </{element}>\r\n");
    }

    private static string Escape(string text) => SecurityElement.Escape(text).Replace("\u0004", "&#4;", StringComparison.Ordinal);

    private static void Assert(bool isTrue, string message) => Xunit.Assert.True(isTrue, message);

    [GeneratedRegex(@"\A\$AlterID > (-?\d+) AND \$AlterID <= (-?\d+)\z")]
    private static partial Regex Formula();

    internal sealed record Item(string Guid, long AlterId, IReadOnlyList<(string Name, string Text)> Fields)
    {
        public IReadOnlyList<(string Name, IReadOnlyList<IReadOnlyList<(string Name, string Text)>> Entries)> Lists { get; init; } = [];
    }
}
