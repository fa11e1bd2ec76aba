using System.CommandLine;
using System.Globalization;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>The options by which the audit verbs choose rows.</summary>
internal sealed class AuditFilterOptions
{
    private const string TimeRule = "a date or time in UTC such as 2026-11-24 or 2026-11-24T18:30, or how long ago, such as 90m, 24h or 7d";

    private readonly Option<string?> actor = new("--actor") { Description = "Rows of this actor: the id of a person, token or agent.", HelpName = "ID" };
    private readonly Option<string?> action = new("--action") { Description = "Rows of this action, such as token.created.", HelpName = "NAME" };
    private readonly Option<string?> workspace = new("--workspace", "-w") { Description = "Rows of this workspace: its id or name, or the id of a deleted one.", HelpName = "WORKSPACE" };
    private readonly Option<string?> request = new("--request") { Description = "Rows of this request: the X-Request-Id of its answer.", HelpName = "ID" };
    private readonly Option<string?> since = new("--since") { Description = $"Rows from then on: {TimeRule}.", HelpName = "TIME" };
    private readonly Option<string?> until = new("--until") { Description = "Rows before then, written in the same way.", HelpName = "TIME" };

    public static AuditFilterOptions AddTo(Command command)
    {
        var options = new AuditFilterOptions();
        options.action.Validators.Add(result =>
        {
            if (result.GetValue(options.action) is { } name && AuditActions.Find(name) is null)
            {
                result.AddError($"There is no action '{name}'. The operator reference lists them.");
            }
        });
        foreach (var option in (Option[])[options.actor, options.action, options.workspace, options.request, options.since, options.until])
        {
            command.Add(option);
        }

        return options;
    }

    /// <exception cref="ProblemException">A time cannot be read, or there is no such workspace.</exception>
    public AuditFilter Read(CommandContext context) => new(
        context.Arguments.GetValue(actor),
        context.Arguments.GetValue(workspace) is { } named ? IdOf(context, named) : null,
        context.Arguments.GetValue(action),
        context.Arguments.GetValue(request),
        Time(context, since),
        Time(context, until));

    private static string IdOf(CommandContext context, string named) =>
        Vault.WorkspaceId.TryParse(named, out var id) ? id.ToString() : context.FindWorkspace(named, Permissions.AuditRead).Id.ToString();

    private static long? Time(CommandContext context, Option<string?> option)
    {
        if (context.Arguments.GetValue(option) is not { } text)
        {
            return null;
        }

        var now = context.Get<TimeProvider>().GetUtcNow();
        var span = text.Length > 1 && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? text[^1] switch { 'm' => TimeSpan.FromMinutes(number), 'h' => TimeSpan.FromHours(number), 'd' => TimeSpan.FromDays(number), _ => (TimeSpan?)null }
            : null;
        return span is { } ago ? (now - ago).ToUnixTimeMilliseconds()
            : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time.ToUnixTimeMilliseconds()
            : throw new ProblemException(ProblemCodes.InvalidArgument, $"{option.Name} is {TimeRule}, not '{text}'.");
    }
}
