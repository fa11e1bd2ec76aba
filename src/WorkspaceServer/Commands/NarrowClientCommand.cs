using System.CommandLine;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.OAuth.Grants;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Commands;

/// <summary>client narrow: lets an AI client do less.</summary>
internal static class NarrowClientCommand
{
    public static Command Build()
    {
        var scopes = Texts("--scope", "SCOPE", "The only scopes that it keeps. May be repeated.");
        var tools = Texts("--tool", "TOOL", "The only tools that it may use, such as list_tables. May be repeated.");
        var hidden = Texts("--hide", "COLUMN", "Hides table.column or table.* besides what is hidden. May be repeated.");
        var rows = new Option<long?>("--rows-per-day") { Description = "Rows a day, fewer than now.", HelpName = "ROWS" }.Between(1, TokenBudget.MaxRows);
        var days = new Option<int?>("--days") { Description = "Ends after so many days from now, if that is earlier.", HelpName = "DAYS" }.Between(1, 366);
        var command = Verb.Create(
            "narrow",
            "Let an AI client do less, from its next call on. For more, it has to be connected again.",
            "client narrow 0193b3a2c4d57e8f9a0b1c2d3e4f5061 --workspace \"Sharma Traders\" --tool list_tables --hide parties.pan",
            Recording.As(AuditActions.OAuthNarrowed, AuditActions.ClientToolsChanged, AuditActions.HiddenColumnsChanged));
        foreach (var option in (Option[])[scopes, tools, hidden, rows, days])
        {
            command.Add(option);
        }

        return ClientArguments.Change(
            command,
            Permissions.ClientsApprove,
            (CommandContext context, GrantBook book, WorkspaceId workspace, string id) => book.Narrow(Principal.Operator, workspace, id, new GrantLimits(
                Given(context, scopes), Given(context, tools), Given(context, hidden), context.Arguments.GetValue(rows), context.Arguments.GetValue(days))),
            client => $"{client.Client} may do less from now on.");
    }

    private static Option<string[]> Texts(string name, string helpName, string description) =>
        new(name) { Description = description, HelpName = helpName, DefaultValueFactory = _ => [] };

    private static string[]? Given(CommandContext context, Option<string[]> option) => context.Arguments.GetValue(option) is { Length: > 0 } values ? values : null;
}
