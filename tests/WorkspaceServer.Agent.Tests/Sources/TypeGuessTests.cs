using WorkspaceServer.Agent.Sources;
using WorkspaceServer.Protocol;
using Xunit;

namespace WorkspaceServer.Agent.Tests.Sources;

public sealed class TypeGuessTests
{
    [Theory]
    [InlineData(SyncType.Integer, "1", "-20", "9223372036854775807")]
    [InlineData(SyncType.Text, "9223372036854775808")]
    [InlineData(SyncType.Decimal, "1", "2.50")]
    [InlineData(SyncType.Decimal, "123456789012.345")]
    [InlineData(SyncType.Text, "1234567890123.456")]
    [InlineData(SyncType.Text, "1", "007")]
    [InlineData(SyncType.Text, "-0")]
    [InlineData(SyncType.Text, "+1")]
    [InlineData(SyncType.Text, "1e5")]
    [InlineData(SyncType.Text, "1.")]
    [InlineData(SyncType.Text, "-")]
    [InlineData(SyncType.Date, "2024-02-29")]
    [InlineData(SyncType.Text, "2023-02-29")]
    [InlineData(SyncType.DateTime, "2024-02-29T10:00", "2024-02-29")]
    [InlineData(SyncType.Text, "2024-02-29", "10")]
    [InlineData(SyncType.Boolean, "true", "FALSE")]
    [InlineData(SyncType.Text)]
    public void TheNarrowestTypeThatKeepsEveryValueIsFound(SyncType expected, params string[] values)
    {
        var guess = new TypeGuess(null);
        foreach (var value in values)
        {
            guess.Look(value);
        }

        Assert.Equal(expected, guess.Type);
        Assert.All(values, value => Assert.True(TypeGuess.Fits(value, expected)));
        Assert.All(values, value => Assert.True(TypeGuess.TryCell(value, expected, out var cell) && cell.WhyNot(expected) is null));
    }

    [Fact]
    public void ATypeOnlyWidens()
    {
        var wasText = new TypeGuess(SyncType.Text);
        wasText.Look("5");
        var wasInteger = new TypeGuess(SyncType.Integer);
        wasInteger.Look("5.5");

        Assert.Equal(SyncType.Text, wasText.Type);
        Assert.Equal(SyncType.Decimal, wasInteger.Type);
    }

    [Fact]
    public void ADateAmongMomentsIsItsMidnight()
    {
        Assert.True(TypeGuess.TryCell("2024-02-29", SyncType.DateTime, out var cell));
        Assert.Equal("2024-02-29T00:00:00", cell.Text);
    }
}
