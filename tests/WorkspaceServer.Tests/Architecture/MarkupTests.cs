using System.Text.RegularExpressions;
using Xunit;

namespace WorkspaceServer.Tests.Architecture;

/// <summary>Nothing writes markup past the escaping of the page framework, and no page holds what its Content-Security-Policy forbids.</summary>
public sealed partial class MarkupTests
{
    [Fact]
    [Trait("claim", "A71")]
    public void NoMarkupGoesRoundTheEscaping()
    {
        var files = Repository.FilesUnder("src/", ".cs", ".razor", ".js", ".mjs", ".html").ToList();

        Assert.NotEmpty(files);
        Assert.Empty(files.SelectMany(Unescaped));
    }

    [Theory]
    [Trait("claim", "A71")]
    [InlineData("cell.innerHTML = text;")]
    [InlineData("cell.outerHTML = text;")]
    [InlineData("cell.insertAdjacentHTML('beforeend', text);")]
    [InlineData("document.write(text);")]
    [InlineData("@Html.Raw(text)")]
    [InlineData("@((MarkupString)text)")]
    [InlineData("<div dangerouslySetInnerHTML={text} />")]
    public void UnescapedMarkupIsFound(string text) => Assert.Single(Unescaped(new SourceFile("src/X.razor", text)));

    [Fact]
    [Trait("claim", "A54")]
    [Trait("claim", "A57")]
    public void NoPageHoldsInlineCodeOrAnotherOrigin()
    {
        var files = Repository.FilesUnder("src/WorkspaceServer/", ".razor", ".css", ".js", ".svg").ToList();

        Assert.Contains(files, file => file.Path.EndsWith(".css", StringComparison.Ordinal));
        Assert.Empty(files.SelectMany(Inline));
    }

    [Theory]
    [InlineData("<p style=\"color: red\">")]
    [InlineData("<p style=\"@Style\">")]
    [InlineData("<style>p { color: red }</style>")]
    [InlineData("<script>go()</script>")]
    [InlineData("<button onclick=\"go()\">")]
    [InlineData("<button @onclick=\"Go\">")]
    [InlineData("<a href=\"javascript:go()\">")]
    [InlineData("<img src=\"https://cdn.example/x.png\">")]
    [InlineData("<script src=\"//cdn.example/x.js\"></script>")]
    [InlineData("@import \"more.css\";")]
    [InlineData("p { background: url(/x.png) }")]
    [InlineData("eval(text)")]
    [InlineData("new Function(text)")]
    public void InlineCodeAndOtherOriginsAreFound(string text) => Assert.NotEmpty(Inline(new SourceFile("src/WorkspaceServer/X.razor", text)));

    [Theory]
    [InlineData("<svg xmlns=\"http://www.w3.org/2000/svg\">")]
    [InlineData("<script src=\"@PageFiles.UrlOf(\"x.js\")\" type=\"module\"></script>")]
    [InlineData("<link rel=\"stylesheet\" href=\"@PageFiles.UrlOf(\"app.css\")\">")]
    public void WhatThePolicyAllowsIsLeftAlone(string text) => Assert.Empty(Inline(new SourceFile("src/WorkspaceServer/X.razor", text)));

    [Fact]
    public void OnlyOneComponentWritesFormsThatPost()
    {
        var posting = Repository.FilesUnder("src/WorkspaceServer/", ".razor").Where(file => PostingForm().IsMatch(file.Text)).Select(file => file.Path);

        Assert.Equal("src/WorkspaceServer/Dashboard/Components/PostForm.razor", Assert.Single(posting));
    }

    /// <summary>Without it nothing opens the stream, and the page stands still.</summary>
    [Fact]
    public void PagesThatMoveByThemselvesLoadTheScriptThatMovesThem()
    {
        var pages = Repository.FilesUnder("src/WorkspaceServer/", ".razor").Where(file => file.Text.Contains("data-live=", StringComparison.Ordinal) && file.Text.Contains("<AppLayout", StringComparison.Ordinal)).ToList();

        Assert.InRange(pages.Count, 4, 100);
        Assert.Empty(pages.Where(page => !page.Text.Contains("Script=\"app.js\"", StringComparison.Ordinal)).Select(page => page.Path));
    }

    private static IEnumerable<string> Inline(SourceFile file) =>
        Forbidden().Matches(file.Text.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal)).Select(match => $"{file.Path}: {match.Value}");

    private static IEnumerable<string> Unescaped(SourceFile file) =>
        Ways().Matches(file.Text).Select(match => $"{file.Path}: {match.Value}");

    [GeneratedRegex(@"\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|Html\.Raw|MarkupString|dangerouslySetInnerHTML)\b")]
    private static partial Regex Ways();

    [GeneratedRegex(@"\sstyle=|<style|<script(?![^>]*\bsrc=)|\s@?on[a-z]+=""|javascript:|https?:|[""'(]//|@import|\burl\((?!#)|\beval\(|\bnew Function\b")]
    private static partial Regex Forbidden();

    [GeneratedRegex(@"<form\b[^>]*method=""post""", RegexOptions.IgnoreCase)]
    private static partial Regex PostingForm();
}
