using System.IO.Compression;
using System.Security;
using System.Text;

namespace WorkspaceServer.Agent.Tests.Sources;

/// <summary>A workbook written part by part as ECMA-376 (part 1, section 18) has it, so that a test knows what is in it to the digit.</summary>
internal static class XlsxFile
{
    /// <summary>Style numbers of cells: a date, a moment, a percentage.</summary>
    public const string Date = "1";
    public const string Moment = "2";

    private const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    private const string Relations = "http://schemas.openxmlformats.org/package/2006/relationships";
    private const string Office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

    /// <param name="sheets">Name, and the rows' XML.</param>
    public static void Write(string path, bool since1904, params (string Name, IEnumerable<string> Rows)[] sheets)
    {
        using var zip = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
        var numbers = Enumerable.Range(1, sheets.Length).ToList();
        Add(zip, "[Content_Types].xml",
            $"""<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>{string.Concat(numbers.Select(n => $"""<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>"""))}<Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>""");
        Add(zip, "_rels/.rels", $"""<Relationships xmlns="{Relations}"><Relationship Id="rId1" Type="{Office}/officeDocument" Target="xl/workbook.xml"/></Relationships>""");
        Add(zip, "xl/workbook.xml",
            $"""<workbook xmlns="{Main}" xmlns:r="{Office}"><workbookPr date1904="{(since1904 ? 1 : 0)}"/><sheets>{string.Concat(numbers.Select(n => $"""<sheet name="{SecurityElement.Escape(sheets[n - 1].Name)}" sheetId="{n}" r:id="rId{n}"/>"""))}</sheets></workbook>""");
        Add(zip, "xl/_rels/workbook.xml.rels",
            $"""<Relationships xmlns="{Relations}">{string.Concat(numbers.Select(n => $"""<Relationship Id="rId{n}" Type="{Office}/worksheet" Target="worksheets/sheet{n}.xml"/>"""))}<Relationship Id="rId99" Type="{Office}/styles" Target="styles.xml"/></Relationships>""");
        // Number formats 14 and 22 are the built-in date and moment (section 18.8.30).
        Add(zip, "xl/styles.xml",
            $"""<styleSheet xmlns="{Main}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf numFmtId="0"/></cellStyleXfs><cellXfs count="3"><xf numFmtId="0" xfId="0"/><xf numFmtId="14" applyNumberFormat="1" xfId="0"/><xf numFmtId="22" applyNumberFormat="1" xfId="0"/></cellXfs></styleSheet>""");
        foreach (var n in numbers)
        {
            using var stream = zip.CreateEntry($"xl/worksheets/sheet{n}.xml", CompressionLevel.Fastest).Open();
            using var text = new StreamWriter(stream, new UTF8Encoding(false));
            text.Write($"""<worksheet xmlns="{Main}"><sheetData>""");
            foreach (var row in sheets[n - 1].Rows)
            {
                text.Write(row);
            }

            text.Write("</sheetData></worksheet>");
        }
    }

    public static string Row(int number, params string[] cells) => FormattableString.Invariant($"<row r=\"{number}\">{string.Concat(cells)}</row>");

    public static string Text(string at, string text) => $"""<c r="{at}" t="inlineStr"><is><t xml:space="preserve">{SecurityElement.Escape(text)}</t></is></c>""";

    public static string Number(string at, string value, string style = "0") => $"""<c r="{at}" s="{style}"><v>{value}</v></c>""";

    public static string Truth(string at, bool value) => $"""<c r="{at}" t="b"><v>{(value ? 1 : 0)}</v></c>""";

    public static string Error(string at) => $"""<c r="{at}" t="e"><v>#N/A</v></c>""";

    private static void Add(ZipArchive zip, string name, string text)
    {
        using var stream = zip.CreateEntry(name).Open();
        stream.Write(Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n" + text));
    }
}
