using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Isolation;

/// <summary>A token that is no longer good is answered like one that never was: nobody learns which it is.</summary>
public sealed class SpentTokensTests : IAsyncLifetime
{
    private RunningServer server = null!;

    [Fact]
    [Trait("claim", "B22")]
    [Trait("claim", "A80")]
    public async Task RevokedExpiredAndOrphanedTokensAreJustUnknown()
    {
        var revoked = server.Tokens.Create(server.Workspace, "revoked");
        var expired = server.Tokens.Create(server.Workspace, "expired", lifetime: TimeSpan.FromMilliseconds(1)).Text;
        var doomed = server.Workspaces.Create("Doomed");
        var orphaned = server.Tokens.Create(doomed, "orphaned").Text;
        Assert.Equal(200, (await AskAsync(revoked.Text)).Status);
        Assert.Equal(200, (await AskAsync(orphaned)).Status);

        server.Tokens.Revoke(revoked.Record.Id);
        server.Workspaces.Lifecycle.Delete(doomed, _ => { });
        server.Workspaces.Changes.Changed();

        var unknown = await AskAsync(Vault.Tokens.SecretToken.Create(Vault.Tokens.SecretToken.McpPrefix));
        Assert.Equal(401, unknown.Status);
        Assert.Equal(unknown.All, (await AskAsync(revoked.Text)).All);
        Assert.Equal(unknown.All, (await AskAsync(expired)).All);
        Assert.Equal(unknown.All, (await AskAsync(orphaned)).All);
        Assert.Equal(unknown.All, (await AskAsync(revoked.Record.Id)).All);
        Assert.Equal(unknown.All, (await AskAsync(server.Workspace.ToString())).All);
    }

    public async ValueTask InitializeAsync() => server = await RunningServer.StartAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private async Task<Answer> AskAsync(string token)
    {
        using var response = await server.SendAsync(
            HttpMethod.Post, "/mcp", token, new StringContent(McpCalls.Call("list_tables", "{}"), System.Text.Encoding.UTF8, "application/json"), McpCalls.Accept);
        return await Answer.OfAsync(response);
    }
}
