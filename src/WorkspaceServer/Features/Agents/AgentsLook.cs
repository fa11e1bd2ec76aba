using System.Globalization;
using WorkspaceServer.Hosting.Live;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces.Sync;

namespace WorkspaceServer.Features.Agents;

/// <summary>When the page of the agents looks different: after each change that somebody raises, and when a pairing token lapses, which nobody raises.</summary>
internal sealed class AgentsLook(AgentStore agents, Signals signals, TimeProvider clock)
{
    /// <summary>As it is drawn now, in a short text.</summary>
    public string StateOf(WorkspaceId workspace) => Follow(workspace)();

    /// <summary>Asked twice a second for each stream: the database is looked at only after a change.</summary>
    public Func<string> Follow(WorkspaceId workspace)
    {
        string? seen = null;
        IReadOnlyList<DateTimeOffset> ends = [];
        return () =>
        {
            var change = signals.StateOf(SyncTopic.Of(workspace));
            if (change != seen)
            {
                (seen, ends) = (change, agents.UnusedUntil(workspace));
            }

            var now = clock.GetUtcNow();
            var lapsed = ends.Where(end => end <= now).Select(end => end.ToUnixTimeSeconds()).DefaultIfEmpty().Max();
            return lapsed == 0 ? change : string.Create(CultureInfo.InvariantCulture, $"{change}-{lapsed}");
        };
    }
}
