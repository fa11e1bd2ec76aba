using WorkspaceServer.Features.Backups.Restore;
using Xunit;

namespace WorkspaceServer.Tests.Backups;

/// <summary>What a copy of a workspace is called if nobody says otherwise.</summary>
public sealed class CopyNamesTests
{
    /// <summary>A day takes 13 characters of 100. The 87th is half of one that takes two, so it goes as a whole.</summary>
    [Theory]
    [InlineData("Books", "Books (2026-11-24)")]
    [InlineData("87", "87 (2026-11-24)")]
    [InlineData("88", "87 (2026-11-24)")]
    public void ACopysNameFits(string name, string expected)
    {
        static string Long(string text) => text.Replace("88", new string('x', 88), StringComparison.Ordinal).Replace("87", new string('x', 87), StringComparison.Ordinal);
        var day = new DateTimeOffset(2026, 11, 24, 1, 0, 0, TimeSpan.FromHours(5.5));

        Assert.Equal(Long(expected), WorkspaceRestore.NameOf(Long(name), day));
        Assert.Equal(new string('x', 86) + " (2026-11-24)", WorkspaceRestore.NameOf(new string('x', 86) + "😀", day));
    }
}
