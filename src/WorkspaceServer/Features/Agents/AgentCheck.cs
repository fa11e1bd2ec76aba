using System.Collections.Concurrent;
using WorkspaceServer.Control;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Agents;

/// <summary>Says whether an agent may work now: it is paired, and who paired it may still pair agents.</summary>
/// <remarks>Agents are remembered until the change counter moves, which other processes move too, so the end of a pairing is felt within <see cref="ChangeCounter.MaxAge"/>.</remarks>
internal sealed class AgentCheck(AgentStore agents, Policy policy, ChangeCounter changes)
{
    /// <summary>Agents remembered at the same time. When there are more, all are forgotten.</summary>
    private const int MaxRemembered = 10_000;

    /// <summary>All that an agent may do is bounded by this one permission of whoever paired it.</summary>
    public static Permission Permission => Permissions.AgentsPair;

    private readonly ConcurrentDictionary<string, (long Revision, Agent Agent)> remembered = new(StringComparer.Ordinal);

    /// <summary>Null if there is none, or its workspace was deleted.</summary>
    public Agent? Find(string id)
    {
        // Read before the row is: what changes in between is then noticed at the next look.
        var revision = changes.Current;
        if (remembered.TryGetValue(id, out var known) && known.Revision == revision)
        {
            return known.Agent;
        }

        if (agents.Find(id) is not { } agent)
        {
            return null;
        }

        if (remembered.Count >= MaxRemembered)
        {
            remembered.Clear();
        }

        remembered[id] = (revision, agent);
        return agent;
    }

    /// <exception cref="ProblemException">It may not.</exception>
    public void Require(Agent agent)
    {
        if (agent.RevokedAt is not null)
        {
            throw new ProblemException(ProblemCodes.Unpaired, "The pairing of this agent was ended. Make a new pairing token in the dashboard to pair it again.");
        }

        if (!policy.May(PrincipalOf(agent), Permission, agent.Workspace).IsAllowed)
        {
            throw new ProblemException(ProblemCodes.Suspended, "Who paired this agent may not pair agents at present, so it rests. Ask an owner of the workspace.");
        }
    }

    public static Principal PrincipalOf(Agent agent) => Principal.Token(agent.Id, agent.Workspace, PermissionSet.Of(Permission), agent.CreatedBy);
}
