using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Backups.Copies;

/// <summary>Where moments and copies are, for people and for programs.</summary>
internal static class CopyPaths
{
    public const string Page = AccessPaths.Page + ShowBackups.Behind;
    public const string Copy = Page + "/copy";
    public const string Withdraw = Page + "/withdraw";
    public const string Events = Page + "/events";
    public const string Moments = AccessPaths.Workspace + ShowBackups.Behind + "/moments";
    public const string Requests = AccessPaths.Workspace + "/restore-requests";
    public const string WithdrawRequest = Requests + "/{request}/withdraw";

    public static string PageOf(WorkspaceId workspace) => AccessPaths.PageOf(workspace) + ShowBackups.Behind;
}
