using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Access;

/// <summary>Roles in people's words. Those of a workspace's own are called what they are called.</summary>
internal static class RoleWords
{
    public static string Of(string role) => role switch
    {
        "owner" => T["owner"],
        "admin" => T["admin"],
        "member" => T["member"],
        "viewer" => T["viewer"],
        _ => role,
    };
}
