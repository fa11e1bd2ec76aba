using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Proposals;

/// <summary>Where proposals are, for programs and for people.</summary>
internal static class ProposalPaths
{
    public const string Proposals = AccessPaths.Workspace + "/proposals";
    public const string Proposal = Proposals + "/{proposal}";
    public const string Page = AccessPaths.Page + Behind;

    /// <summary>Behind the address of a workspace's first page.</summary>
    public const string Behind = "/proposals";

    public static string PageOf(WorkspaceId workspace) => AccessPaths.PageOf(workspace) + Behind;
}
