using Xunit;

namespace WorkspaceServer.Vault.Tests;

public sealed class WorkspaceIdTests
{
    [Fact]
    public void NewIdsAreReadBack()
    {
        var id = WorkspaceId.New(new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero));

        Assert.True(WorkspaceId.TryParse(id.ToString(), out var again));
        Assert.Equal(id, again);
    }

    [Theory]
    [Trait("claim", "A78")]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("../../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("0193B3A2C4D57E8F9A0B1C2D3E4F5061")]
    [InlineData("0193b3a2c4d57e8f9a0b1c2d3e4f506")]
    [InlineData("0193b3a2c4d57e8f9a0b1c2d3e4f50611")]
    [InlineData("0193b3a2c4d57e8f9a0b1c2d3e4f506\0")]
    [InlineData("0193b3a2c4d57e8f9a0b1c2d3e4f50６1")]
    [InlineData("0193b3a2-c4d5-7e8f-9a0b-1c2d3e4f5061")]
    public void AnythingElseIsRefused(string text) => Assert.False(WorkspaceId.TryParse(text, out _));
}
