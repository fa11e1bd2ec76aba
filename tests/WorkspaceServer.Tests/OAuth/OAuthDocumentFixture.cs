using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.OAuth;

/// <summary>One running server for the tests of documents, and the host that stands for the internet.</summary>
public sealed class OAuthDocumentFixture : IAsyncLifetime
{
    private DocumentHost host = null!;

    internal OAuthHouse House { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        host = await DocumentHost.StartAsync();
        House = await OAuthHouse.StartAsync(host.Network);
    }

    /// <summary>The host as if nothing had been asked of it yet, and no document kept.</summary>
    internal DocumentHost Fresh()
    {
        host.Reset();
        using var connection = House.Server.Workspaces.Control.Open();
        connection.Execute("UPDATE oauth_client SET fresh_until = 0");
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        await House.DisposeAsync();
        await host.DisposeAsync();
    }
}
