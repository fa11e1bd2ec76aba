using WorkspaceServer.Features.OAuth.Grants;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.OAuth;

/// <summary>How it stands with a client, in people's words.</summary>
internal static class StatusWords
{
    public static string Of(ClientStatus status) => status switch
    {
        ClientStatus.Active => T["Active"],
        ClientStatus.Paused => T["Paused"],
        ClientStatus.Expired => T["Expired"],
        _ => T["Ended"],
    };
}
