using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using System.Resources;
using WorkspaceServer.Dashboard.Languages;
using Xunit;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Tests.Dashboard.Languages;

/// <summary>What a text becomes in a language, and what happens to what is put into it.</summary>
public sealed class LanguageTests
{
    private static readonly Language Hindi = new("hi", english => english switch
    {
        "Save" => "सहेजें",
        "Seen {0} by {1}" => "{1} ने {0} देखा",
        "One table" => "{0} तालिका",
        "{0} tables" => "{0} तालिकाएँ",
        "See <0>the team</0> of <b>{1}</b>" => "<b>{1}</b> की <0>टीम</0> देखें",
        Language.CountsOfOne => "0 1",
        _ => null,
    });

    [Fact]
    public void ATextIsSaidInTheLanguage_OrInEnglishWhereItLacksOne()
    {
        Assert.Equal("Save", T["Save"]);
        Language.Current = Hindi;
        Assert.Equal("सहेजें", T["Save"]);
        Assert.Equal("Not yet said", T["Not yet said"]);
        Assert.Equal("Asha ने 10:42 देखा", T["Seen {0} by {1}", "10:42", "Asha"]);
        Assert.Equal("सहेजें", T.Later("Save").ToString());
    }

    /// <summary>In Hindi nothing and one take the form for one (Unicode CLDR, plural rules).</summary>
    [Fact]
    public void ALanguageSaysWhichCountsTakeTheFormForOne()
    {
        Assert.Equal(["0 tables", "One table", "12,345 tables"], ((long[])[0, 1, 12_345]).Select(count => T.Many("One table", "{0} tables", count)));
        Language.Current = Hindi;
        Assert.Equal(["0 तालिका", "1 तालिका", "2 तालिकाएँ"], ((long[])[0, 1, 2]).Select(count => T.Many("One table", "{0} tables", count)));
    }

    /// <summary>What somebody stored is never filled in again, and never looked up.</summary>
    [Theory]
    [InlineData("{0}")]
    [InlineData("{1}{99999999999}")]
    [InlineData("Save")]
    [InlineData("<0>x</0><b>y</b>")]
    [InlineData("{0:N2}{{")]
    public async Task WhatIsPutInStaysAsItIs(string stored)
    {
        Language.Current = Hindi;

        Assert.Equal($"{stored} ने {stored} देखा", T["Seen {0} by {1}", stored, stored]);
        var encoded = System.Text.Encodings.Web.HtmlEncoder.Default.Encode(stored);
        Assert.Equal($"<b>{encoded}</b> की <a href=\"/team\">टीम</a> देखें", Decoded(await RenderAsync(T.Mixed("See <0>the team</0> of <b>{1}</b>", LinkTo("/team"), stored)), encoded));
    }

    /// <summary>A translation with a place for nothing, or an element that is none of ours, is shown as text and breaks no page.</summary>
    [Fact]
    public async Task ATranslationCannotMakeOtherElements_AndBreaksNothing()
    {
        Language.Current = new Language("xx", _ => "{7} <script>x()</script><i>{0}</i><9>y</9><b>");

        Assert.Equal("{7} <script>x()</script><i>a</i><9>y</9><b>", T["Seen {0}", "a"]);
        Assert.Equal("{7} &lt;script&gt;x()&lt;/script&gt;&lt;i&gt;a&lt;/i&gt;&lt;9&gt;y&lt;/9&gt;&lt;b&gt;", await RenderAsync(T.Mixed("Seen {0}", "a")));
    }

    [Theory]
    [InlineData("hi", "hi")]
    [InlineData("hi-IN,hi;q=0.9,en-IN;q=0.8", "hi")]
    [InlineData("mr,hi;q=0.5", "hi")]
    [InlineData("fr;q=0.2, HI;q=0.3", "hi")]
    [InlineData("en-IN,hi;q=0.9", "en-IN")]
    [InlineData("hi;q=0", "en-IN")]
    [InlineData("fr", "en-IN")]
    [InlineData("", "en-IN")]
    [InlineData("*", "en-IN")]
    [InlineData("%&$,,;;q=", "en-IN")]
    public void TheFirstOfTheAskedThatExistsIsTaken(string asked, string given) => Assert.Equal(given, new LanguageChoice(Hindi).For(asked).Tag);

    [Fact]
    public void ACompiledResourceIsALanguage()
    {
        var file = new MemoryStream();
        using (var writer = new ResourceWriter(file))
        {
            writer.AddResource("Rows", "पंक्तियाँ");
            writer.AddResource("… rows", "पंक्तियाँ में");
            writer.AddResource("Save", "");
            writer.Generate();
            var hindi = LanguageChoice.Read("hi", () => new MemoryStream(file.ToArray()));
            Assert.Equal(("पंक्तियाँ", "पंक्तियाँ में", "Save"), (hindi.Of("Rows"), hindi.Of("rows"), hindi.Of("Save")));
        }
    }

    private static string Decoded(string html, string but)
    {
        var parts = html.Split(but);
        return string.Join(but, parts.Select(System.Net.WebUtility.HtmlDecode));
    }

    private static async Task<string> RenderAsync(RenderFragment fragment)
    {
        await using var renderer = new HtmlRenderer(new ServiceCollection().BuildServiceProvider(), NullLoggerFactory.Instance);
        return await renderer.Dispatcher.InvokeAsync(async () =>
            (await renderer.RenderComponentAsync<Shown>(ParameterView.FromDictionary(new Dictionary<string, object?> { ["ChildContent"] = fragment }))).ToHtmlString());
    }

    private sealed class Shown : ComponentBase
    {
        [Parameter]
        public RenderFragment? ChildContent { get; set; }

        protected override void BuildRenderTree(Microsoft.AspNetCore.Components.Rendering.RenderTreeBuilder builder) => builder.AddContent(0, ChildContent);
    }
}
