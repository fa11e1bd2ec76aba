using System.Text.RegularExpressions;
using Xunit;

namespace WorkspaceServer.Tests.Architecture;

/// <summary>Nothing writes markup past the escaping of the page framework.</summary>
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

    private static IEnumerable<string> Unescaped(SourceFile file) =>
        Ways().Matches(file.Text).Select(match => $"{file.Path}: {match.Value}");

    [GeneratedRegex(@"\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|Html\.Raw|MarkupString|dangerouslySetInnerHTML)\b")]
    private static partial Regex Ways();
}
