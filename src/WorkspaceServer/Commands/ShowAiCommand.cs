using System.CommandLine;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>ai status: says whether AI is kept out of a workspace, or of all.</summary>
internal static class ShowAiCommand
{
    public static Command Build() => AiVerb.Build(
        Verb.Create("status", "Say whether AI is switched off for a workspace, or for all.", "ai status --workspace \"Sharma Traders\"", Recording.Nothing("reads only")),
        Permissions.ClientsRead,
        (_, _) => false);
}
