using System.CommandLine;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Mcp;
using WorkspaceServer.Features.Samples;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Hosting;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Commands;

/// <summary>demo: from nothing to a first answer: sample books, the server, and a real MCP client that asks it.</summary>
internal static class DemoCommand
{
    private const string WorkspaceName = "Sample books";
    private const string TokenName = "demo";

    /// <summary>Asked first: who owes us most?</summary>
    private const string Question = """
        SELECT p.name AS customer, p.city, count(*) AS open_invoices, round(sum(i.total - coalesce(r.paid, 0)), 2) AS owed
        FROM invoices i
        JOIN parties p ON p.id = i.party_id
        LEFT JOIN (SELECT invoice_no, sum(amount) AS paid FROM receipts GROUP BY invoice_no) r ON r.invoice_no = i.invoice_no
        WHERE i.total > coalesce(r.paid, 0)
        GROUP BY p.id ORDER BY owed DESC LIMIT 5
        """;

    private static readonly TimeSpan TokenLifetime = TimeSpan.FromDays(7);

    public static Command Build()
    {
        var once = new Option<bool>("--once") { Description = "Stop after the first answer." };
        var command = Verb.Create(
            "demo",
            "From nothing to a first answer: sample books, the server, and a real MCP client that asks it. Needs --home.",
            "--home ./books demo",
            Recording.As(AuditActions.SystemInitialised, AuditActions.WorkspaceCreated, AuditActions.SampleLoaded, AuditActions.TokenCreated, AuditActions.TokenRevoked));
        command.Add(once);
        return command.Runs((context, cancel) => RunAsync(context, context.Arguments.GetValue(once), cancel));
    }

    private static async Task<int> RunAsync(CommandContext context, bool once, CancellationToken cancel)
    {
        if (context.Arguments.GetValue(GlobalOptions.Home) is not { } home)
        {
            throw new ProblemException(ProblemCodes.InvalidArgument, "The demo keeps its data in a folder of its own. Name one: workspace-server --home ./books demo");
        }

        if (!InitCommand.IsDone(context.Get<VaultOptions>()))
        {
            await InitCommand.SetUpAsync(context.Get<VaultOptions>(), context.Get<ServerOptions>());
            context.Output.Line($"Made a master key and an encrypted data folder under {Path.GetFullPath(home)}.");
        }

        var options = context.Get<ServerOptions>() with { LogFormat = LogFormat.None };
        await using var app = ServeCommand.Start(context.Get<IConfiguration>(), context.Get<IEnumerable<OptionsSection>>(), options);
        var workspace = await SampleWorkspaceAsync(context, app.Services, cancel);
        var token = NewToken(app.Services, workspace);
        await ServeCommand.StartListeningAsync(app, cancel);

        var url = new Uri(new Uri(app.Urls.First()), "/mcp");
        context.Output.Line($"Serving {workspace.Name} at {url}. An MCP client asks: who owes us most?");
        context.Output.Line();
        AskCommand.Print(context.Output, await McpQuestion.AskAsync(url, token, Question, cancel));
        if (!once)
        {
            PrintConnections(context.Output, url, token);
            await app.WaitForShutdownAsync(cancel);
        }

        return ExitCodes.Ok;
    }

    private static async Task<Workspace> SampleWorkspaceAsync(CommandContext context, IServiceProvider services, CancellationToken cancel)
    {
        if (services.GetRequiredService<WorkspaceStore>().List().FirstOrDefault(each => each.Name == WorkspaceName) is { } existing)
        {
            return existing;
        }

        var audit = services.GetRequiredService<AuditLog>();
        var workspace = CreateWorkspaceCommand.Create(services.GetRequiredService<WorkspaceLifecycle>(), audit, WorkspaceName);
        var tables = await SampleCommand.LoadAsync(context.Output, services.GetRequiredService<IWorkspaceGateway>(), audit, workspace.Id, SampleBooks.DefaultScale, cancel);
        context.Output.Line(FormattableString.Invariant($"Loaded {Output.Count(tables.Sum(table => table.RowCount), "row")} in {Output.Count(tables.Count, "table")} into an encrypted file of its own."));
        return workspace;
    }

    /// <summary>Tokens cannot be shown again, so each run makes one and revokes those of earlier runs.</summary>
    private static string NewToken(IServiceProvider services, Workspace workspace)
    {
        var issuer = services.GetRequiredService<TokenIssuer>();
        foreach (var old in services.GetRequiredService<TokenStore>().List(workspace.Id).Where(token => token.Name == TokenName && token.RevokedAt is null))
        {
            issuer.Revoke(old.Id);
        }

        return issuer.Create(workspace.Id, TokenName, lifetime: TokenLifetime).Text;
    }

    private static void PrintConnections(Output output, Uri url, string token) => output.Line(
        $$"""

        Connect your own client. The token is good for {{TokenLifetime.TotalDays}} days, or until the next demo:

        Claude Code
          claude mcp add --transport http books {{url}} --header "Authorization: Bearer {{token}}"

        Cursor (~/.cursor/mcp.json)
          {"mcpServers": {"books": {"url": "{{url}}", "headers": {"Authorization": "Bearer {{token}}"} } } }

        MCP Inspector
          npx @modelcontextprotocol/inspector --cli --transport http --server-url {{url}} --header "Authorization: Bearer {{token}}" --method tools/list

        curl
          curl -s {{url}} -H "Authorization: Bearer {{token}}" -H "Content-Type: application/json" -H "Accept: application/json, text/event-stream" \
            -d '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_tables","arguments":{} } }'

        Press Ctrl+C to stop.
        """);
}
