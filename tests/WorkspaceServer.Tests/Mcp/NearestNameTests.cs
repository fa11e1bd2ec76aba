using WorkspaceServer.Features.Mcp;
using WorkspaceServer.Vault;
using Xunit;

namespace WorkspaceServer.Tests.Mcp;

public sealed class NearestNameTests
{
    private static readonly string[] Names = ["amount", "party_id", "invoice_date", "name", "rate"];

    // Distances by hand: one swap; two insertions and a deletion; and so on.
    [Theory]
    [InlineData("", "", 0)]
    [InlineData("abc", "", 3)]
    [InlineData("amuont", "amount", 1)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("ca", "abc", 3)]
    public void DistancesAreThoseOfTheLiterature(string a, string b, int distance)
    {
        Assert.Equal(distance, NearestName.Distance(a, b));
        Assert.Equal(distance, NearestName.Distance(b, a));
    }

    [Theory]
    [InlineData("amt", "amount")]
    [InlineData("AMOUNTS", "amount")]
    [InlineData("amuont", "amount")]
    [InlineData("partyid", "party_id")]
    [InlineData("inv_date", "invoice_date")]
    [InlineData("nmae", "name")]
    [InlineData("zebra", null)]
    [InlineData("", null)]
    public void TheNameThatWasMeantIsFound(string written, string? meant) => Assert.Equal(meant, NearestName.Find(written, Names));

    [Fact]
    public void AVeryLongNameIsNotLookedAt() => Assert.Null(NearestName.Find(new string('a', 64), [new string('a', 63)]));

    [Theory]
    [InlineData(NearestName.MaxNames - 1, "amount")]
    [InlineData(NearestName.MaxNames, null)]
    public void OnlySoManyNamesAreCompared(int before, string? found) =>
        Assert.Equal(found, NearestName.Find("amt", Enumerable.Repeat("zebra", before).Append("amount")));

    [Theory]
    [InlineData(9_007_199_254_740_991, "9007199254740991")]
    [InlineData(9_007_199_254_740_992, "\"9007199254740992\"")]
    [InlineData(-9_007_199_254_740_992, "\"-9007199254740992\"")]
    public void IntegersThatDoublesCannotHoldAreText(long value, string json) => Assert.Equal(json, JsonText.Of((SqlValue)value));

    [Theory]
    [InlineData(0.1 + 0.2, "0.3")]
    [InlineData(1234567.89, "1234567.89")]
    [InlineData(double.PositiveInfinity, "\"Infinity\"")]
    public void RealsAreWrittenAsSqliteWritesThem(double value, string json) => Assert.Equal(json, JsonText.Of((SqlValue)value));

    [Fact]
    public void BlobsAreShortened()
    {
        Assert.Equal("\"x'00FF'\"", JsonText.Of((SqlValue)new byte[] { 0, 255 }));
        Assert.EndsWith("…' (65 bytes)\"", JsonText.Of((SqlValue)new byte[65]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("रमेश O\"B <b> \\ 😀", "\"रमेश O\\\"B <b> \\\\ 😀\"")]
    [InlineData("a\u0000\u0007\u007F\u202E\u2066", "\"a\\u0000\\u0007\\u007F\\u202E\\u2066\"")]
    public void TextStaysReadableAndSafe(string text, string json)
    {
        Assert.Equal(json, JsonText.Of(text));
        Assert.Equal(text, System.Text.Json.JsonSerializer.Deserialize<string>(json));
    }

    [Fact]
    public void HalfACharacterIsReplaced() => Assert.Equal("\"\uFFFDx\"", JsonText.Of("\uD800x"));
}
