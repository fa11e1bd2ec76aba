using System.Text.Json;
using WorkspaceServer.Features.Mcp;
using Xunit;

namespace WorkspaceServer.Tests.Mcp;

public sealed class JsonTextTests
{
    /// <summary>Bidirectional controls (Unicode TR 9) and line separators: they would change how what comes after is read.</summary>
    private const string Directing = "\u061C\u200E\u200F\u2028\u2029\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069";

    [Fact]
    public void EveryCharacterComesBackAsItWas()
    {
        var all = Enumerable.Range(0, char.MaxValue + 1).Select(code => (char)code).Where(c => !char.IsSurrogate(c));

        Assert.All(all, c => Assert.Equal($"a{c}b", JsonElement.Parse(JsonText.OfWhole($"a{c}b")).GetString()));
        Assert.Equal("a😀b", JsonElement.Parse(JsonText.OfWhole("a😀b")).GetString());
    }

    [Fact]
    public void NothingThatBreaksALineOrTurnsTheTextIsWrittenAsItIs()
    {
        var forbidden = Directing + string.Concat(Enumerable.Range(0, 0xA0).Select(code => (char)code).Where(char.IsControl));

        Assert.All(forbidden, c => Assert.DoesNotContain(c, JsonText.OfWhole($"a{c}b")));
        Assert.Equal("\"रमेश\"", JsonText.OfWhole("रमेश"));
    }

    [Fact]
    public void HalfASurrogatePairIsReplaced()
    {
        Assert.Equal("\"a\uFFFD\"", JsonText.OfWhole("a" + (char)0xD83D));
        Assert.Equal("\"\uFFFDb\"", JsonText.OfWhole((char)0xDE00 + "b"));
    }
}
