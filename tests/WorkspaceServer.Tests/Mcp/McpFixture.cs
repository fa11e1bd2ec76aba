using ModelContextProtocol.Client;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Mcp;

/// <summary>One server with the small books and one client that may see everything, for tests that change neither.</summary>
public sealed class McpFixture : IAsyncLifetime
{
    internal RunningServer Server { get; private set; } = null!;

    internal McpClient Client { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Server = await RunningServer.StartAsync();
        await SmallBooks.LoadAsync(Server.Workspaces, Server.Workspace, CancellationToken.None);
        Client = await McpClients.ConnectAsync(Server, Server.Token(), CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await Server.DisposeAsync();
    }
}
