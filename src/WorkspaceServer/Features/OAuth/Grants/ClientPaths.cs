using WorkspaceServer.Features.Access.Http;

namespace WorkspaceServer.Features.OAuth.Grants;

/// <summary>Where the connected AI clients of a workspace are, for programs and for people. A client is named by the id of its grant.</summary>
internal static class ClientPaths
{
    public const string Clients = AccessPaths.Workspace + "/clients";
    public const string Client = Clients + "/{client}";
    public const string Page = AccessPaths.Page + Behind;
    public const string ClientPage = Page + "/{client}";

    /// <summary>Behind the address of a workspace's first page.</summary>
    public const string Behind = "/clients";
}
