using Xunit.Sdk;
using Xunit.v3;

[assembly: Xunit.TestCollectionOrderer(typeof(WorkspaceServer.EndToEnd.LongestFirst))]

namespace WorkspaceServer.EndToEnd;

/// <summary>The collections that take longest begin, so that at the end none of them runs alone.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Long = [Browser.BrowserCollection.Name, Browser.JourneyCollection.Name, nameof(Agents.EverySourceTests), nameof(Agents.SyncChaosTests), nameof(Backups.RestoreDrillTests)];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(collection => Array.FindIndex(Long, name => collection.TestCollectionDisplayName.Contains(name, StringComparison.Ordinal)) is var place && place < 0 ? Long.Length : place)];
}
