namespace WorkspaceServer.Features.Access.Http;

/// <summary>Where the JSON interface of this feature is.</summary>
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
    public const string AdminSupportGrants = "/api/v1/admin/support-grants";
}
