using System.Collections.Concurrent;
using Prometheus;
using WorkspaceServer.Hosting.Live;
using WorkspaceServer.Hosting.Measures;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces.Sync;

namespace WorkspaceServer.Features.Agents;

/// <summary>When each agent was last heard of since the server started; and how many were lately.</summary>
internal sealed class AgentContacts(ServerMeasures measures, AgentStore store, Signals signals, TimeProvider clock) : IMeasured
{
    private readonly ConcurrentDictionary<string, DateTimeOffset> last = new(StringComparer.Ordinal);

    private readonly Gauge agents = measures.Make.CreateGauge(
        "workspace_agents", "Paired agents, by when they were last heard of: within the last hour, within the last day, or earlier or not since the start.", ["heard"]);

    /// <param name="agent">An agent's id, after its token was found good: there are no more entries than agents.</param>
    public void Heard(string agent, WorkspaceId workspace)
    {
        var isFirst = !last.ContainsKey(agent);
        last[agent] = clock.GetUtcNow();
        if (isFirst)
        {
            signals.Raise(SyncTopic.Of(workspace));
        }
    }

    /// <summary>Null if it was not heard of since the server started.</summary>
    public DateTimeOffset? LastOf(string agent) => last.TryGetValue(agent, out var at) ? at : null;

    public void Measure()
    {
        var now = clock.GetUtcNow();
        var active = store.ActiveIds();
        foreach (var gone in last.Keys.Except(active).ToArray())
        {
            last.TryRemove(gone, out _);
        }

        var hour = last.Values.Count(at => now - at <= TimeSpan.FromHours(1));
        var day = last.Values.Count(at => now - at <= TimeSpan.FromDays(1));
        agents.WithLabels("hour").Set(hour);
        agents.WithLabels("day").Set(day - hour);
        agents.WithLabels("earlier").Set(active.Count - day);
    }
}
