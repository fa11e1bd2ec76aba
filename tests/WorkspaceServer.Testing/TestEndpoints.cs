using Microsoft.AspNetCore.Builder;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Testing;

/// <summary>Guards for endpoints that only a test maps.</summary>
internal static class TestEndpoints
{
    /// <summary>Lets everybody in, counted in this class.</summary>
    public static TBuilder Open<TBuilder>(this TBuilder endpoint, RateClass? rate = null)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.Guarded(Authority.Anyone, rate ?? RateClasses.Public, InputCheck.None, Recording.Nothing("only a test calls it"));
}
