using WorkspaceServer.Features.Audit;
using Xunit;

namespace WorkspaceServer.Tests.Audit;

public sealed class AuditActionsTests
{
    // Claim B27 lists these classes; each has at least one name.
    private static readonly string[] Classes =
        ["sign_in.", "mfa.", "session.", "token.", "workspace.", "table.", "mcp.", "member.", "invitation.", "support.", "oauth_client.", "oauth_grant.", "agent.", "sync.", "backup.", "restore.", "drill.", "key.", "audit."];

    [Fact]
    [Trait("claim", "A82")]
    [Trait("claim", "B27")]
    public void ThereAreAtLeastSixtyNamesOfEveryClass()
    {
        Assert.True(AuditActions.All.Count >= 60);
        Assert.All(Classes, start => Assert.Contains(AuditActions.All, action => action.Name.StartsWith(start, StringComparison.Ordinal)));
    }

    [Fact]
    public void EveryNameIsOneOfAKindAndSaysWhatHappened()
    {
        Assert.Equal(AuditActions.All.Count, AuditActions.All.Select(action => action.Name).Distinct().Count());
        Assert.All(AuditActions.All, action => Assert.Matches("^[a-z]+(_[a-z]+)*\\.[a-z]+(_[a-z]+)*$", action.Name));
        Assert.All(AuditActions.All, action => Assert.Matches("^[A-Z].*\\.$", action.Meaning));
        Assert.All(AuditActions.All, action => Assert.Same(action, AuditActions.Find(action.Name)));
    }
}
