using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Access.Http;

/// <summary>Where workspaces are, for programs and for people.</summary>
internal static class AccessPaths
{
    public const string Workspaces = "/api/v1/workspaces";
    public const string Workspace = Workspaces + "/{" + AuthorityHandler.WorkspaceRoute + "}";
    public const string Members = Workspace + "/members";
    public const string Member = Members + "/{person}";
    public const string Roles = Workspace + "/roles";
    public const string Invitations = Workspace + "/invitations";
    public const string SupportGrants = Workspace + "/support-grants";
    public const string SupportGrant = SupportGrants + "/{grant}";
    public const string AccessReview = Workspace + "/access-review";
    /// <summary>The first page of a workspace; its other pages are behind it.</summary>
    public const string Page = "/w/{" + AuthorityHandler.WorkspaceRoute + "}";

    /// <summary>Behind an export: POST makes a link that downloads it once, GET with such a link downloads it.</summary>
    public const string LinkBehind = "/link";

    public const string AdminSupportGrants = "/api/v1/admin/support-grants";

    public static string PageOf(WorkspaceId workspace) => $"/w/{workspace}";

    /// <summary>Where a form makes a link to an export: behind its path, with its query.</summary>
    public static string LinkOf(string export) => export.IndexOf('?', StringComparison.Ordinal) is var at and >= 0 ? export.Insert(at, LinkBehind) : export + LinkBehind;
}
