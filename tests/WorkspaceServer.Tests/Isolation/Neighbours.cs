using System.Text;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Testing;
using WorkspaceServer.Tests.Access;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;
using Xunit;

namespace WorkspaceServer.Tests.Isolation;

/// <summary>
/// What somebody may ask for of a workspace: its id, its table, a row of it, a word in it, its file, and its token. What does not exist
/// has names of the same length, and no name is like another one, so that nothing but the workspace can make a difference.
/// </summary>
/// <param name="TokenId">Not secret: operators see it.</param>
internal sealed record Target(string WorkspaceId, string Table, string Column, string Key, string Word, string Path, string Token, string TokenId)
{
    /// <summary>Everything that a question may name, and an answer may therefore repeat.</summary>
    public IEnumerable<string> Names => [WorkspaceId, Table, Column, Key, Word, Path, Token, TokenId];

    /// <summary>Values of this kind are tried wherever a text can be put.</summary>
    public IEnumerable<string> Values => [WorkspaceId, Table, $"{Table}/{Key}", $"workspace://table/{Table}", $"workspace://{WorkspaceId}/schema", Token, TokenId, Path];
}

/// <summary>A running server with two workspaces: the caller's, and one whose every cell and description is a canary.</summary>
public sealed class Neighbours : IAsyncLifetime
{
    /// <summary>In every text of the other workspace that nobody asks for.</summary>
    public const string Canary = "zqkanari";

    internal AccessHouse House { get; private set; } = null!;

    internal RunningServer Server => House.Server;

    /// <summary>A person who owns the caller's workspace and is nobody in the other one.</summary>
    internal string Owner { get; private set; } = "";

    /// <summary>A good token of the caller's workspace.</summary>
    internal string MyToken { get; private set; } = "";

    internal Target Theirs { get; private set; } = null!;

    internal Target Unknown { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        House = await AccessHouse.StartAsync();
        Owner = House.Person(House.Workspace, Role.Owner);
        MyToken = Server.Token();
        await SmallBooks.LoadAsync(Server.Workspaces, Server.Workspace, default);
        var theirs = Server.Workspaces.Create($"{Canary} traders");
        await Server.Workspaces.LoadAsync(
            theirs,
            new TableSchema("vvvvvvvvvv_ledger", [new("wwwwwwwwww_code", ColumnType.Text, Canary), new("note", ColumnType.Text)], "wwwwwwwwww_code", Canary, Canary),
            [["jjjjjj-7301", $"{Canary} jkxvqz73"]],
            default);
        var issued = Server.Tokens.Create(theirs, Canary);
        Theirs = new Target(theirs.ToString(), "vvvvvvvvvv_ledger", "wwwwwwwwww_code", "jjjjjj-7301", "jkxvqz73", Server.Workspaces.Folder.DatabaseOf(theirs), issued.Text, issued.Record.Id);

        // The last digit differs; a token's text has a check sum, so the unknown one was good once, in another server.
        var unknown = WorkspaceId.Parse(string.Concat(Theirs.WorkspaceId.AsSpan(0, 31), Theirs.WorkspaceId[^1] == '0' ? "1" : "0"));
        var stranger = Vault.Tokens.SecretToken.Create(Vault.Tokens.SecretToken.McpPrefix);
        Unknown = new Target(
            unknown.ToString(), "vvvvvvvvvv_lodger", "wwwwwwwwww_cude", "jjjjjj-7309", "jkxvqz79", Server.Workspaces.Folder.DatabaseOf(unknown), stranger,
            string.Concat(Theirs.TokenId.AsSpan(0, 31), Theirs.TokenId[^1] == '0' ? "1" : "0"));
    }

    public ValueTask DisposeAsync() => House.DisposeAsync();

    internal async Task<Answer> SendAsync(HttpMethod method, string path, string? bearer, HttpContent? body = null, params (string, string)[] headers)
    {
        using var response = await Server.SendAsync(method, path, bearer, body, headers);
        return await Answer.OfAsync(response);
    }

    internal async Task<Answer> SendAsOwnerAsync(HttpMethod method, string path, HttpContent? body, params (string, string)[] headers)
    {
        using var response = await House.SendAsync(Owner, method, path, body, headers);
        return await Answer.OfAsync(response);
    }

    private string? agentToken;

    /// <summary>As an agent of the caller's workspace; after a DELETE as another one, for that may have ended the pairing.</summary>
    internal async Task<Answer> SendAsAgentAsync(HttpMethod method, string path, HttpContent? body, params (string, string)[] headers)
    {
        if (agentToken is null)
        {
            // The suite's owner makes as many as can be open.
            House.Dump("UPDATE pairing_token SET revoked_at = created_at WHERE redeemed_at IS NULL AND revoked_at IS NULL");
            using var agent = await TestAgent.PairedAsync(Server, Server.Workspace);
            agentToken = await agent.TokenAsync();
        }

        var token = agentToken;
        agentToken = method == HttpMethod.Delete ? null : token;
        return await SendAsync(method, path, token, body, headers);
    }

    internal Task<Answer> PostAsync(string message, string? bearer, params (string, string)[] headers) =>
        SendAsync(HttpMethod.Post, "/mcp", bearer, new StringContent(message, Encoding.UTF8, "application/json"), [.. McpCalls.Accept, .. headers]);

    /// <summary>Asks for what another workspace has and for what nobody has; returns what differs or leaks.</summary>
    internal async Task<IEnumerable<string>> ComplaintsAsync(string what, Func<Target, Task<Answer>> ask)
    {
        var (foreign, unknown) = (await ask(Theirs), await ask(Unknown));
        var (seen, expected) = (foreign.Without(Theirs.Names), unknown.Without(Unknown.Names));
        return
        [
            .. seen == expected ? Array.Empty<string>() : [$"{what}: what is foreign is answered with\n{seen}\nand what is unknown with\n{expected}"],
            .. foreign.All.Contains(Canary, StringComparison.OrdinalIgnoreCase) ? [$"{what}: shows something of the other workspace:\n{foreign.All}"] : Array.Empty<string>(),
            .. foreign.Status >= 500 ? [$"{what}: failed with {foreign.Status}"] : Array.Empty<string>(),
        ];
    }
}
