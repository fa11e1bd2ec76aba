using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace WorkspaceServer.Agent.Sources.Tally;

/// <summary>An object of Tally as it came: its identity, the number of its last change, and its element.</summary>
internal sealed record TallyObject(string Guid, long AlterId, XElement Element);

/// <summary>Asks Tally over its XML interface on this computer (TallyPrime: F1 › Settings › Connectivity › Client/Server). Only exports are asked for; nothing is imported.</summary>
/// <remarks>Requests are collections written in TDL, Tally's own language. Company names are XML text: an ampersand or a quote in one is escaped like any other.</remarks>
internal sealed class TallyClient(HttpClient http, Uri address, string? company)
{
    /// <summary>Largest answer, in bytes.</summary>
    public const long MaxAnswerBytes = 1L << 30;

    public async Task<IReadOnlyList<string>> CompaniesAsync(CancellationToken cancel)
    {
        var names = new List<string>();
        await foreach (var element in AskAsync("Company", "COMPANY", ["Name"], filter: null, named: false, cancel))
        {
            names.Add((string?)element.Attribute("NAME") ?? Field(element, "NAME") ?? "");
        }

        return names;
    }

    /// <summary>Identity and number of change of each object there is.</summary>
    public async IAsyncEnumerable<(string Guid, long AlterId)> ListAsync(TallyCollection collection, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var element in AskAsync(collection.Type, collection.Element, ["Guid", "AlterId"], filter: null, named: true, cancel))
        {
            var each = Identify(element);
            yield return (each.Guid, each.AlterId);
        }
    }

    /// <summary>The objects whose last change has a number in this range, with all fields.</summary>
    public async IAsyncEnumerable<TallyObject> ReadAsync(TallyCollection collection, long after, long through, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        var filter = string.Create(CultureInfo.InvariantCulture, $"$AlterID > {after} AND $AlterID <= {through}");
        await foreach (var element in AskAsync(collection.Type, collection.Element, collection.Fields, filter, named: true, cancel))
        {
            yield return Identify(element);
        }
    }

    /// <summary>The text of a field of an object or entry, or null if it is missing or empty.</summary>
    public static string? Field(XElement element, string name)
    {
        var child = element.Elements().FirstOrDefault(each => each.Name.LocalName.Equals(name, StringComparison.OrdinalIgnoreCase));

        // Names may come as a list of aliases, of which the first is the name.
        var text = child is null && name.Equals("Name", StringComparison.OrdinalIgnoreCase) ? (string?)element.Attribute("NAME") : child?.Value;

        // Tally writes what it has made itself with a control character before it: U+0004 Primary.
        text = text?.TrimStart('\u0004').Trim();
        return string.IsNullOrEmpty(text) ? null : text;
    }

    private static TallyObject Identify(XElement element)
    {
        var guid = Field(element, "GUID");
        var number = Field(element, "ALTERID");
        return guid is not null && long.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var alterId)
            ? new TallyObject(guid, alterId, element)
            : throw new SourceException($"Tally sent an object of kind {element.Name.LocalName} without GUID or AlterID. This version of Tally cannot be read.");
    }

    private async IAsyncEnumerable<XElement> AskAsync(
        string type, string element, IEnumerable<string> fields, string? filter, bool named, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        using var response = await SendAsync(Request(type, fields, filter, named ? company : null), cancel);
        await using var body = await response.Content.ReadAsStreamAsync(cancel);
        using var text = new StreamReader(body, Encoding.UTF8, detectEncodingFromByteOrderMarks: true);

        // Tally writes references to characters that XML does not allow (&#4;), so they are not checked. No document of a stranger is fetched.
        using var xml = XmlReader.Create(text, new XmlReaderSettings { Async = true, CheckCharacters = false, DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = MaxAnswerBytes });
        var isInside = false;
        while (await MoveAsync(xml))
        {
            if (xml.NodeType == XmlNodeType.Element && xml.Name is "LINEERROR" or "STATUS" && !isInside)
            {
                await ThrowIfErrorAsync(xml);
            }
            else if (xml.NodeType == XmlNodeType.Element && xml.Name == "COLLECTION")
            {
                isInside = true;
            }

            // Reading an element goes on to what follows it, which may be the next one.
            while (isInside && xml.NodeType == XmlNodeType.Element && xml.Name == element)
            {
                cancel.ThrowIfCancellationRequested();
                yield return (XElement)await XNode.ReadFromAsync(xml, cancel);
            }
        }
    }

    private static async Task<bool> MoveAsync(XmlReader xml)
    {
        try
        {
            return await xml.ReadAsync();
        }
        catch (XmlException error)
        {
            throw new SourceException("Tally's answer is no XML to its end. Try again; if it stays so, export less at once by closing other companies.", error);
        }
    }

    private async Task ThrowIfErrorAsync(XmlReader xml)
    {
        var name = xml.Name;
        var text = await xml.ReadElementContentAsStringAsync();
        if (name == "LINEERROR")
        {
            throw new SourceException($"Tally says: {text.Trim()}");
        }

        if (text.Trim() != "1")
        {
            throw new SourceException(company is null ? "Tally refused the request. Open a company in it." : $"Tally refused the request. Is the company '{company}' open in it?");
        }
    }

    private async Task<HttpResponseMessage> SendAsync(XElement request, CancellationToken cancel)
    {
        try
        {
            using var message = new HttpRequestMessage(HttpMethod.Post, address)
            {
                Content = new ByteArrayContent(Encoding.UTF8.GetBytes(request.ToString(SaveOptions.DisableFormatting))),
            };
            message.Content.Headers.ContentType = new MediaTypeHeaderValue("text/xml", "utf-8");
            var response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancel);
            return response.IsSuccessStatusCode
                ? response
                : throw new SourceException($"What answers at {address} is not Tally: it says {(int)response.StatusCode}.");
        }
        catch (HttpRequestException error)
        {
            throw Unreachable(error);
        }
        catch (TaskCanceledException error) when (!cancel.IsCancellationRequested)
        {
            throw Unreachable(error);
        }
    }

    private SourceException Unreachable(Exception error) =>
        new($"Tally does not answer at {address}. Start it, open the company, and let it act as a server there (F1, Settings, Connectivity).", error);

    private static XElement Request(string type, IEnumerable<string> fields, string? filter, string? company)
    {
        const string Id = "WorkspaceAgentCollection";
        const string Filter = "WorkspaceAgentFilter";
        return new XElement("ENVELOPE",
            new XElement("HEADER",
                new XElement("VERSION", "1"), new XElement("TALLYREQUEST", "Export"), new XElement("TYPE", "Collection"), new XElement("ID", Id)),
            new XElement("BODY", new XElement("DESC",
                new XElement("STATICVARIABLES",
                    new XElement("SVEXPORTFORMAT", "$$SysName:XML"),
                    company is null ? null : new XElement("SVCURRENTCOMPANY", company)),
                new XElement("TDL", new XElement("TDLMESSAGE",
                    new XElement("COLLECTION", new XAttribute("NAME", Id), new XAttribute("ISMODIFY", "No"),
                        new XElement("TYPE", type),
                        new XElement("FETCH", string.Join(", ", fields)),
                        filter is null ? null : new XElement("FILTERS", Filter)),
                    filter is null ? null : new XElement("SYSTEM", new XAttribute("TYPE", "Formulae"), new XAttribute("NAME", Filter), filter))))));
    }
}
