using System.CommandLine;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Hosting;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Commands;

/// <summary>token create: makes a token for one AI client and shows it, once.</summary>
internal static class CreateTokenCommand
{
    public static Command Build()
    {
        var workspace = GlobalOptions.Workspace();
        var name = new Option<string>("--name") { Description = "Which client it is for.", HelpName = "NAME", DefaultValueFactory = _ => "AI client" };
        var days = new Option<int>("--days") { Description = "Days until it expires.", HelpName = "DAYS", DefaultValueFactory = _ => (int)TokenIssuer.DefaultLifetime.TotalDays }
            .Between(1, (long)TokenIssuer.MaxLifetime.TotalDays);
        var scopes = new Option<string[]>("--scope") { Description = $"What it may do: {string.Join(", ", Scopes.All)}. May be repeated; reading if not given.", HelpName = "SCOPE", DefaultValueFactory = _ => [] };
        var hide = new Option<string[]>("--hide") { Description = "A column that it never sees, as table.column, or table.* for a whole table. May be repeated.", HelpName = "COLUMN", DefaultValueFactory = _ => [] };
        var rows = new Option<long?>("--rows-per-day") { Description = "Rows that it may read in a day (UTC); as Mcp:RowsPerDay says if not given.", HelpName = "ROWS" }
            .Between(1, TokenBudget.MaxRows);
        var bytes = new Option<long?>("--bytes-per-day") { Description = "Bytes of answers that it may have in a day (UTC); as Mcp:BytesPerDay says if not given.", HelpName = "BYTES" }
            .Between(1, TokenBudget.MaxBytes);
        var file = new Option<string?>("--out") { Description = "Write the token to this new file (mode 0600) instead of showing it.", HelpName = "FILE" };
        var command = Verb.Create("create", "Make a token for one AI client. It is shown once and never again.", "token create --workspace \"Sharma Traders\" --name \"Claude Code\" --hide parties.pan", Recording.As(AuditActions.TokenCreated));
        command.Add(workspace);
        command.Add(name);
        command.Add(days);
        command.Add(scopes);
        command.Add(hide);
        command.Add(rows);
        command.Add(bytes);
        command.Add(file);
        return command.Runs(async (context, cancel) =>
        {
            var id = context.FindWorkspace(context.Arguments.GetValue(workspace)!, Permissions.TokensCreate).Id;
            var hidden = context.Arguments.GetValue(hide)!;
            var catalog = await context.Get<IWorkspaceGateway>().GetCatalogAsync(id, ReadAccess.Everything, cancel);
            CheckHidden(catalog, hidden);
            var wanted = context.Arguments.GetValue(scopes)!;
            var token = context.Get<TokenIssuer>().Create(
                id, context.Arguments.GetValue(name)!, wanted.Length == 0 ? null : wanted, hidden, TimeSpan.FromDays(context.Arguments.GetValue(days)),
                budget: new TokenBudget(context.Arguments.GetValue(rows), context.Arguments.GetValue(bytes)));
            Show(context.Output, token, context.Arguments.GetValue(file));
            return ExitCodes.Ok;
        });
    }

    /// <summary>A misspelt column would stay visible, so each one must exist.</summary>
    private static void CheckHidden(Catalog catalog, string[] hidden)
    {
        foreach (var name in hidden)
        {
            var parts = name.Split('.');
            var table = catalog.Find(parts[0]);
            if (parts.Length != 2 || table is null
                || (parts[1] != "*" && !table.Schema.Columns.Any(column => column.Name.Equals(parts[1], StringComparison.OrdinalIgnoreCase))))
            {
                throw new ProblemException(ProblemCodes.InvalidArgument, $"There is no column '{name}' to hide. Write table.column or table.*; see: workspace-server table show TABLE");
            }
        }
    }

    private static void Show(Output output, IssuedToken token, string? file)
    {
        if (file is not null)
        {
            SecretFile.Write(file, token.Text);
        }

        output.Result(
            new { token.Record.Id, token.Record.Name, token.Record.Scopes, token.Record.HiddenColumns, token.Record.ExpiresAt, RowsPerDay = token.Record.Budget.Rows, BytesPerDay = token.Record.Budget.Bytes, Token = file is null ? token.Text : null, File = file },
            human =>
            {
                human.Line($"Token for {token.Record.Name}, good until {token.Record.ExpiresAt:u}, id {token.Record.Id}:");
                human.Line();
                human.Line(file is null ? token.Text : $"(written to {file})");
                human.Line();
                human.Line("It is not stored and cannot be shown again.");
            });
    }
}
