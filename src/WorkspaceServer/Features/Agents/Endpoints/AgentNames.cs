using WorkspaceServer.Protocol;

namespace WorkspaceServer.Features.Agents.Endpoints;

/// <summary>What agents and their versions may be called.</summary>
internal static class AgentNames
{
    public static readonly string Rule = $"Give a name of 1 to {SyncLimits.MaxNameLength} characters, such as the computer's.";

    public static bool IsGood(string name) => name.Trim().Length > 0 && name.Length <= SyncLimits.MaxNameLength && !name.Any(char.IsControl);
}
