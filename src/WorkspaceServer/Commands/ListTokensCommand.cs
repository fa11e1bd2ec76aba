using System.CommandLine;
using System.Globalization;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Mcp.Quotas;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Hosting;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Commands;

/// <summary>token list: tokens without their secrets, newest first.</summary>
internal static class ListTokensCommand
{
    public static Command Build()
    {
        var workspace = GlobalOptions.Workspace();
        workspace.Required = false;
        var command = Verb.Create("list", "List tokens, newest first: of one workspace, or of all.", "token list --workspace \"Sharma Traders\"", Recording.Nothing("shows names of tokens, never a token"));
        command.Add(workspace);
        return command.Runs((context, _) =>
        {
            var wanted = context.Arguments.GetValue(workspace) is { } name ? context.FindWorkspace(name, Permissions.TokensRead) : null;
            var tokens = context.Get<TokenStore>().List(wanted?.Id);
            var now = context.Get<TimeProvider>().GetUtcNow();
            var usage = context.Get<TokenUsageStore>().Of(DailyQuotas.DayOf(now));
            context.Output.Result(
                tokens.Select(token => new
                {
                    token.Id,
                    Workspace = token.Workspace.ToString(),
                    token.Name,
                    token.Scopes,
                    token.HiddenColumns,
                    token.CreatedAt,
                    token.ExpiresAt,
                    token.RevokedAt,
                    State = State(token, now),
                    RowsPerDay = token.Budget.Rows,
                    BytesPerDay = token.Budget.Bytes,
                    RowsToday = usage.GetValueOrDefault(token.Id).Rows,
                    BytesToday = usage.GetValueOrDefault(token.Id).Bytes,
                }),
                output => Print(output, tokens, usage, context.Get<WorkspaceStore>(), now));
            return Task.FromResult(ExitCodes.Ok);
        });
    }

    private static void Print(Output output, IReadOnlyList<TokenRecord> tokens, IReadOnlyDictionary<string, TokenUsage> usage, WorkspaceStore workspaces, DateTimeOffset now)
    {
        if (tokens.Count == 0)
        {
            output.Line("There are no tokens yet. Make one with: workspace-server token create --workspace WORKSPACE");
            return;
        }

        var names = workspaces.List().ToDictionary(workspace => workspace.Id, workspace => workspace.Name);
        output.Table(
            ["id", "name", "workspace", "scopes", "hidden", "expires (UTC)", "state", "rows today"],
            tokens.Select(token => new[]
            {
                token.Id, token.Name, names.GetValueOrDefault(token.Workspace, "(deleted)"), string.Join(' ', token.Scopes), string.Join(' ', token.HiddenColumns),
                token.ExpiresAt.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture), State(token, now),
                usage.GetValueOrDefault(token.Id).Rows.ToString("N0", CultureInfo.InvariantCulture),
            }),
            new HashSet<int> { 7 });
    }

    private static string State(TokenRecord token, DateTimeOffset now) => token.RevokedAt is not null ? "revoked" : token.ExpiresAt <= now ? "expired" : "good";
}
