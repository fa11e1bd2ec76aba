using Xunit;

namespace WorkspaceServer.Tests.Sandbox;

/// <summary>Tests that measure time and memory run while no other test does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}
