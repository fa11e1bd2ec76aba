using System.Text;
using System.Xml;
using System.Xml.Linq;
using Microsoft.AspNetCore.Components.Rendering;
using WorkspaceServer.Dashboard.Languages;
using WorkspaceServer.Tests.Architecture;
using Xunit;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Tests.Dashboard.Languages;

/// <summary>Texts.resx holds every text of the pages, so that a language is one more such file. With UPDATE_REFERENCE=1 it is written anew.</summary>
public sealed class TextsTests
{
    private const string Folder = "src/WorkspaceServer/Dashboard/Languages/";

    [Fact]
    public void TheFileHoldsEveryText()
    {
        var path = Repository.PathOf(Folder + "Texts.resx");
        var fresh = ResourceFile(TextsOfCode.Said);
        if (Environment.GetEnvironmentVariable("UPDATE_REFERENCE") is not null)
        {
            File.WriteAllText(path, fresh);
        }

        Assert.True(TextsOfCode.Said.Count > 500, "hardly a text was found");
        Assert.True(fresh == File.ReadAllText(path), "Texts.resx is not what the pages say. Write it anew: UPDATE_REFERENCE=1 make test ONLY=TextsTests");
    }

    [Fact]
    public void EveryTextOfAPageGoesThroughT() => Assert.Empty(TextsOfCode.Bare);

    [Fact]
    public void EveryTextIsALiteral_AndIsSaidWhenSomebodyReadsIt()
    {
        Assert.Empty(TextsOfCode.NotLiteral);
        Assert.Empty(TextsOfCode.SaidTooEarly);
    }

    /// <summary>Blanks round a text would be lost in a translator's editor, and the compiler of resources holds names for the same that differ in capitals only.</summary>
    [Fact]
    public void EveryTextCanBeTheNameOfAResource()
    {
        Assert.DoesNotContain(TextsOfCode.Said, found => found.Text != found.Text.Trim() || !Parts(found.Text).Aggregate(found.Text, (rest, part) => rest.Replace(part, "", StringComparison.Ordinal)).Any(char.IsLetter));
        Assert.Empty(TextsOfCode.Said.GroupBy(found => LanguageChoice.NameOf(found.Text), StringComparer.OrdinalIgnoreCase).Where(same => same.Count() > 1).Select(same => same.Key));
    }

    /// <summary>The parts of a sentence are counted in one row: an element that has the number of a place would be shown as it is written.</summary>
    [Fact]
    public void NoPartOfAText_IsAPlaceAndAnElement() => Assert.DoesNotContain(
        TextsOfCode.Said, found => Enumerable.Range(0, 10).Any(part => found.Text.Contains($"{{{part}}}", StringComparison.Ordinal) && found.Text.Contains($"<{part}>", StringComparison.Ordinal)));

    /// <summary>A translation has the places and the elements of its English text, or the page would lack something.</summary>
    [Fact]
    public void ATranslationHasThePartsOfItsText()
    {
        foreach (var file in Repository.FilesUnder(Folder, ".resx"))
        {
            foreach (var (name, value) in XDocument.Parse(file.Text).Root!.Elements("data").Select(data => (data.Attribute("name")!.Value, data.Element("value")!.Value)))
            {
                Assert.True(HasParts(LanguageChoice.TextOf(name), value), $"{file.Path}: {value} does not have the parts of: {name}");
            }
        }
    }

    [Fact]
    public void ATranslationThatLacksAPartIsFound()
    {
        Assert.True(HasParts("Seen {0} by <b>{1}</b>", "<b>{1}</b> ने {0} देखा"));
        Assert.False(HasParts("Seen {0} by {1}", "{0} देखा"));
        Assert.False(HasParts("Seen <b>now</b>", "अब <b>देखा"));
        Assert.False(HasParts("Seen {0}", "{0} {1} देखा"));
        Assert.True(HasParts("One table", "{0} तालिका"), "the form for one may name the count");
    }

    [Fact]
    public void WhatIsForbiddenIsFound()
    {
        var code = CompiledCode.Of(typeof(Planted).Assembly).Where(each => each.Method.DeclaringType == typeof(Planted)).ToDictionary(each => each.Method.Name, each => each.Body);

        Assert.Equal(["bare", "bare title", "bare label"], TextsOfCode.BareIn(code[nameof(Planted.Bare)]));
        Assert.Empty(TextsOfCode.BareIn(code[nameof(Planted.Good)]));
        Assert.Equal(["said", "one", "{0} of them"], TextsOfCode.Keys(code[nameof(Planted.Good)]));
        Assert.Single(TextsOfCode.NotLiteralIn(code[nameof(Planted.NotLiteral)]));
    }

    private static bool HasParts(string english, string other)
    {
        string[] ofEnglish = [.. Parts(english)];
        string[] ofOther = [.. Parts(other)];
        return ofEnglish.SequenceEqual(ofOther) || ofEnglish.Append("{0}").Order(StringComparer.Ordinal).SequenceEqual(ofOther);
    }

    private static IEnumerable<string> Parts(string text) =>
        System.Text.RegularExpressions.Regex.Matches(text, @"\{[0-9]\}|</?[a-z0-9]+>").Select(match => match.Value).Distinct().Order(StringComparer.Ordinal);

    private static string ResourceFile(IReadOnlyList<FoundText> texts)
    {
        var root = new XElement("root", new XComment(" Written from the code by a test: UPDATE_REFERENCE=1 make test ONLY=TextsTests. For another language see src/ARCHITECTURE.md. "));
        foreach (var (name, value) in ((string, string)[])[("resmimetype", "text/microsoft-resx"), ("version", "2.0"), ("reader", "System.Resources.ResXResourceReader, System.Windows.Forms"), ("writer", "System.Resources.ResXResourceWriter, System.Windows.Forms")])
        {
            root.Add(new XElement("resheader", new XAttribute("name", name), new XElement("value", value)));
        }

        foreach (var found in texts)
        {
            root.Add(new XElement(
                "data", new XAttribute("name", LanguageChoice.NameOf(found.Text)), new XAttribute(XNamespace.Xml + "space", "preserve"), new XElement("value", found.Text), new XElement("comment", found.Where)));
        }

        using var text = new MemoryStream();
        using (var writer = XmlWriter.Create(text, new XmlWriterSettings { Indent = true, NewLineChars = "\n", Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false) }))
        {
            root.Save(writer);
        }

        return Encoding.UTF8.GetString(text.ToArray()) + "\n";
    }

    private static class Planted
    {
        public static void Bare(RenderTreeBuilder builder)
        {
            builder.AddMarkupContent(0, "<p>bare <code>code</code></p>");
            builder.AddMarkupContent(1, "<p title=\"bare title\">{0}</p>");
            builder.AddAttribute(2, "aria-label", "bare label");
        }

        public static void Good(RenderTreeBuilder builder, long count)
        {
            builder.AddMarkupContent(0, "<p class=\"good\">Workspace Server</p>");
            builder.AddContent(1, T["said"]);
            builder.AddContent(2, T.Many("one", "{0} of them", count + 1));
            builder.AddAttribute(3, "class", "good one");
        }

        public static string NotLiteral(string stored) => T[stored];
    }
}
