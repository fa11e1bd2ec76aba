using System.CommandLine;
using System.Globalization;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.OAuth.Grants;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>client list: the AI clients that connected through OAuth, newest first.</summary>
internal static class ListClientsCommand
{
    private const int MaxShown = 10_000;

    public static Command Build()
    {
        var workspace = GlobalOptions.Workspace();
        var command = Verb.Create(
            "list", "List the AI clients that connected through OAuth, with what they read.", "client list --workspace \"Sharma Traders\"", Recording.Nothing("shows names of clients, never a token"));
        command.Add(workspace);
        return command.Runs((context, _) =>
        {
            var id = context.FindWorkspace(context.Arguments.GetValue(workspace)!, Permissions.ClientsRead).Id;
            var now = context.Get<TimeProvider>().GetUtcNow();
            ClientAnswer[] clients = [.. context.Get<GrantBook>().List(id, before: null, MaxShown).Select(client => ClientAnswer.Of(client, now))];
            context.Output.Result(clients, output => Print(output, clients));
            return Task.FromResult(ExitCodes.Ok);
        });
    }

    private static void Print(Output output, ClientAnswer[] clients)
    {
        if (clients.Length == 0)
        {
            output.Line("No AI client has connected yet. Give its user the address of the server with /mcp behind it.");
            return;
        }

        output.Table(
            ["id", "client", "verified at", "let in by", "scopes", "state", "last use (UTC)", "rows today"],
            clients.Select(client => new[]
            {
                client.Id,
                client.Client,
                client.VerifiedHost ?? "",
                client.Person,
                string.Join(' ', client.Scopes),
                client.Status.ToString().ToLowerInvariant(),
                client.UsedAt?.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) ?? "",
                client.RowsToday.ToString("N0", CultureInfo.InvariantCulture),
            }),
            new HashSet<int> { 7 });
    }
}
