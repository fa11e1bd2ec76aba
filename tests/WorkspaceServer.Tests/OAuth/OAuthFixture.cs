using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.OAuth;

/// <summary>One running server for the tests of a class, each of which registers clients of its own.</summary>
public sealed class OAuthFixture : IAsyncLifetime
{
    internal OAuthHouse House { get; private set; } = null!;

    public async ValueTask InitializeAsync() => House = await OAuthHouse.StartAsync();

    public ValueTask DisposeAsync() => House.DisposeAsync();
}
