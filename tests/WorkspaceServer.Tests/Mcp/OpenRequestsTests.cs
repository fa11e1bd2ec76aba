using WorkspaceServer.Features.Mcp;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;
using Xunit;

namespace WorkspaceServer.Tests.Mcp;

public sealed class OpenRequestsTests
{
    [Theory]
    [Trait("claim", "C32")]
    [InlineData(false)]
    [InlineData(true)]
    public void ATokenHasSoManyOpen_AndStreamsAreCountedByThemselves(bool isStream)
    {
        var open = new OpenRequests(new McpOptions { MaxCallsPerToken = 1 });
        var (caller, other) = (Caller("a"), Caller("b"));
        var most = isStream ? OpenRequests.MaxStreams : open.MaxRequests;
        for (var i = 0; i < most; i++)
        {
            Assert.True(open.TryEnter(caller, isStream));
        }

        Assert.False(open.TryEnter(caller, isStream));
        Assert.True(open.TryEnter(caller, !isStream));
        Assert.True(open.TryEnter(other, isStream));
        open.Leave(caller, isStream);
        Assert.True(open.TryEnter(caller, isStream));
    }

    private static Caller Caller(string token) =>
        new(token, token, WorkspaceId.New(DateTimeOffset.UnixEpoch), new HashSet<string>(), ReadAccess.Everything);
}
