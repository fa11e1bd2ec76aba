using WorkspaceServer.Features.Samples;
using WorkspaceServer.Workspaces;
using Xunit;

namespace WorkspaceServer.Tests.Workspaces;

public sealed class RowCursorTests
{
    private static readonly DateTimeOffset Load = DateTimeOffset.FromUnixTimeMilliseconds(1_712_345_678_901);

    [Fact]
    public void WhatIsWritten_IsRead_WhateverTheNumbersAre()
    {
        var random = new SeededRandom(20261129);
        for (var round = 0; round < 200; round++)
        {
            var best = Enumerable.Range(0, random.Next(201)).Select(_ => Number(random)).Distinct().Order().ToArray();
            var cursor = new RowCursor(random.OneIn(2), random.OneIn(3) ? null : Number(random), new SortProgress(Number(random), best));
            var read = RowCursor.Read(cursor.Write(Load), Load)!;

            Assert.Equal((cursor.IsBackward, cursor.Row, cursor.Progress!.Reached), (read.IsBackward, read.Row, read.Progress!.Reached));
            Assert.Equal(best, read.Progress.Best);
        }

        Assert.Equal(new RowCursor(true, -5), RowCursor.Read("p-1712345678901--5", Load));
    }

    /// <summary>The longest page of the longest table that one can think of: 201 numbers up to 10^12.</summary>
    [Fact]
    public void TheLongestFitsIntoAnAddress()
    {
        var random = new SeededRandom(20261129);
        var best = Enumerable.Range(0, 201).Select(_ => random.Next(1_000_000) * 1_000_000L + random.Next(1_000_000)).ToArray();
        Assert.InRange(new RowCursor(false, 999_999_999_999, new SortProgress(999_999_999_999, best)).Write(Load).Length, 500, RowCursor.MaxLength);
    }

    /// <summary>Anywhere between -2^60 and 2^60.</summary>
    private static long Number(SeededRandom random) => (((long)random.Next(1 << 30) << 30) + random.Next(1 << 30)) * (random.OneIn(2) ? -1 : 1);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("n-1712345678901")]
    [InlineData("n-1712345678901-")]
    [InlineData("n-1712345678902-50")] // another load
    [InlineData("q-1712345678901-50")]
    [InlineData("n-1712345678901-9223372036854775807")]
    [InlineData("n-1712345678901-1~2")]
    [InlineData("n-1712345678901-1~2~3~4")]
    [InlineData("n-1712345678901-1~x~3")]
    [InlineData("n-1712345678901-1~2~3.A")]
    [InlineData("n-1712345678901-1~2~3..4")]
    [InlineData("n-1712345678901-1~2~3); DROP TABLE t")]
    [InlineData("n-1712345678901-1~2~1.zzzzzzzzzzzz.zzzzzzzzzzzz")]
    public void WhatIsNone_IsTheFirstPage(string? text) => Assert.Null(RowCursor.Read(text, Load));
}
