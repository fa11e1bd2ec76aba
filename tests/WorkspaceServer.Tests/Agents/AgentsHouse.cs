using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Time.Testing;
using WorkspaceServer.Hosting;
using WorkspaceServer.Tests.Access;
using WorkspaceServer.Vault;
using Xunit;

namespace WorkspaceServer.Tests.Agents;

/// <summary>One server for the tests of a class, with a clock that they move and a workspace for each of them.</summary>
public sealed class AgentsHouse : IAsyncLifetime
{
    internal AccessHouse House { get; private set; } = null!;

    internal FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero));

    /// <summary>With an endpoint for agents that does nothing, so that tests of tokens need no other.</summary>
    public async ValueTask InitializeAsync() => House = await AccessHouse.StartAsync(Clock, map: routes => routes
        .MapGet("/api/v1/workspaces/{workspace}/sync/test", () => "reached")
        .Guarded(Authority.Agent, RateClasses.Sync, InputCheck.Ids, Recording.Nothing("a test")));

    public ValueTask DisposeAsync() => House.DisposeAsync();

    internal WorkspaceId NewWorkspace() => House.Server.Workspaces.Create();
}
