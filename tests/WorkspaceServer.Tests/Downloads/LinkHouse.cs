using System.Text.Json;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;
using Xunit;

namespace WorkspaceServer.Tests.Downloads;

/// <summary>A server with two tables, and people who make links.</summary>
public sealed class LinkHouse : IAsyncLifetime
{
    private int people;

    internal AccountsServer Accounts { get; private set; } = null!;

    internal WorkspaceId Workspace => Accounts.Server.Workspace;

    internal string Api => $"/api/v1/workspaces/{Workspace}";

    public async ValueTask InitializeAsync()
    {
        Accounts = await AccountsServer.StartAsync(options: new ServerOptions { LogDetail = LogDetail.Debug });
        await LoadAsync(Workspace, "bills", [[1L, "Nirmal"], [2L, "Ravi & Sons"], [3L, "Nirmal"]]);
        await LoadAsync(Workspace, "wages", [[1L, "zzsecret"]]);
    }

    public ValueTask DisposeAsync() => Accounts.DisposeAsync();

    internal async Task LoadAsync(WorkspaceId workspace, string name, IReadOnlyList<SqlValue[]> rows)
    {
        var gateway = Accounts.Server.Workspaces.Gateway;
        var load = await gateway.BeginLoadAsync(workspace, new TableSchema(name, [new("id", ColumnType.Integer), new("party", ColumnType.Text)], "id", null, "test"), default);
        await gateway.AppendAsync(workspace, load, rows, default);
        await gateway.CommitLoadAsync(workspace, load, default);
    }

    /// <summary>Somebody who is signed in, with a role in the workspace.</summary>
    internal async Task<(Person Person, TestBrowser Browser)> MemberAsync(Role? role = Role.Owner, params WorkspaceId[] alsoIn)
    {
        var person = await Accounts.AddAsync($"person{++people}@example.in");
        using (var connection = Accounts.Server.Workspaces.Control.Open())
        {
            foreach (var workspace in role is null ? alsoIn : [Workspace, .. alsoIn])
            {
                MembershipStore.Add(connection, workspace, person.Id, role ?? Role.Owner, Accounts.Clock.GetUtcNow());
            }
        }

        Accounts.Server.Workspaces.Changes.Changed();
        return (person, await Accounts.SignInAsync(person.Email));
    }

    internal static async Task<TestBrowser.Page> AskAsync(TestBrowser browser, string address) =>
        await browser.SendJsonAsync(HttpMethod.Post, address, "", (await browser.GetAsync("/account/sessions")).Token);

    /// <summary>Makes a link by the JSON interface.</summary>
    /// <returns>Path and query.</returns>
    internal static async Task<string> MakeAsync(TestBrowser browser, string address)
    {
        var made = await AskAsync(browser, address);
        Assert.Equal(System.Net.HttpStatusCode.Created, made.Status);
        return new Uri(JsonDocument.Parse(made.Body).RootElement.GetProperty("url").GetString()!).PathAndQuery;
    }

    /// <summary>As somebody who has nothing but the link.</summary>
    internal Task<TestBrowser.Page> UseAsync(string link) => Accounts.Browser("203.0.113.9").GetAsync(link, "application/json");
}
