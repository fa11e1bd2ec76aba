using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Xml.Linq;
using WorkspaceServer.Commands;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Operator;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Tests.Docs;

/// <summary>Writes ops/reference.md from the code: every verb, every option of the command line, every setting.</summary>
internal static class OperatorReference
{
    public static string Write(IEnumerable<OptionsSection> sections, LimitsTable limits)
    {
        var text = new StringBuilder();
        text.Append("# Operator reference\n\nWritten from the code by a test; change the descriptions there, then run `make test` with `UPDATE_REFERENCE=1`.\n");
        text.Append("\n## Verbs\n");
        var root = Cli.Build();
        text.Append("\nEvery verb takes these options:\n\n| option | meaning |\n|---|---|\n");
        foreach (var option in root.Options.Where(option => !option.Hidden))
        {
            text.Append(CultureInfo.InvariantCulture, $"| `{Names(option)}` | {Cell(option.Description)} |\n");
        }

        WriteVerbs(text, root, "workspace-server");
        WriteSettings(text, sections);
        WriteLimits(text, limits);
        WriteExitCodes(text);
        WriteActions(text);
        return text.ToString();
    }

    private static void WriteVerbs(StringBuilder text, Command command, string path)
    {
        foreach (var verb in command.Subcommands)
        {
            var name = $"{path} {verb.Name}";
            if (verb.Subcommands.Count > 0)
            {
                WriteVerbs(text, verb, name);
                continue;
            }

            var arguments = string.Concat(verb.Arguments.Select(argument => " " + argument.Name));
            text.Append(CultureInfo.InvariantCulture, $"\n### {name}{arguments}\n\n{verb.Description}\n\n    {Verb.ExampleOf(verb)}\n");
            if (verb.Arguments.Count + verb.Options.Count(option => !option.Hidden) > 0)
            {
                text.Append("\n| argument or option | meaning |\n|---|---|\n");
            }

            foreach (var argument in verb.Arguments)
            {
                text.Append(CultureInfo.InvariantCulture, $"| `{argument.Name}` | {Cell(argument.Description)} |\n");
            }

            foreach (var option in verb.Options.Where(option => !option.Hidden))
            {
                text.Append(CultureInfo.InvariantCulture, $"| `{Names(option)}` | {Cell(option.Description)}{(option.Required ? " Required." : "")} |\n");
            }
        }
    }

    private static void WriteSettings(StringBuilder text, IEnumerable<OptionsSection> sections)
    {
        text.Append(
            """

            ## Settings

            In the settings file as `{"Section": {"Key": value}}`; in `server.env` and in the environment as `WORKSPACE_Section__Key=value`;
            on the command line as `--set Section:Key=value`. The last one wins. Unknown sections and keys stop the start.

            | setting | default | meaning |
            |---|---|---|

            """);
        var comments = Comments();
        foreach (var section in sections.OrderBy(section => section.Name, StringComparer.Ordinal))
        {
            var defaults = Activator.CreateInstance(section.Type)!;
            foreach (var property in OptionsSections.Settable(section.Type))
            {
                var meaning = comments.GetValueOrDefault($"P:{section.Type.FullName}.{property.Name}", "");
                text.Append(CultureInfo.InvariantCulture, $"| `{section.Name}:{property.Name}` | {Default(property.GetValue(defaults))} | {Cell(meaning)} |\n");
            }
        }
    }

    private static void WriteLimits(StringBuilder text, LimitsTable limits)
    {
        text.Append(
            """

            ## Limits

            With the settings as they come; `workspace-server limits` prints those in force. Requests over a limit get 429 with `Retry-After`; each
            answer says in `RateLimit` and `RateLimit-Policy` what is left. An IPv6 network of 64 bits is one address.

            | endpoint | class |
            |---|---|

            """);
        foreach (var (method, path, guard) in limits.Endpoints)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {method} `{path}` | {guard.Rate.Name} |\n");
        }

        text.Append("\n| class | requests | in seconds | by | kept over a restart | setting |\n|---|---|---|---|---|---|\n");
        foreach (var (name, requests, seconds, key, kept, setting) in limits.Classes)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {name} | {requests} | {seconds} | {key} | {(kept ? "yes" : "no")} | `{setting}` |\n");
        }

        text.Append("\n| other bound | at most | unit | setting |\n|---|---|---|---|\n");
        foreach (var (name, value, unit, setting) in limits.Others)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {name} | {value} | {unit} | {setting} |\n");
        }
    }

    private static void WriteExitCodes(StringBuilder text)
    {
        text.Append("\n## Exit codes\n\n| code | name |\n|---|---|\n");
        foreach (var code in typeof(ExitCodes).GetFields())
        {
            text.Append(CultureInfo.InvariantCulture, $"| {code.GetRawConstantValue()} | {code.Name} |\n");
        }
    }

    private static void WriteActions(StringBuilder text)
    {
        text.Append("\n## Actions in the audit log\n\n| action | meaning |\n|---|---|\n");
        foreach (var action in AuditActions.All)
        {
            text.Append(CultureInfo.InvariantCulture, $"| `{action.Name}` | {Cell(action.Meaning)} |\n");
        }
    }

    /// <summary>The doc comments of the server, by member id; the compiler writes them beside the program.</summary>
    private static Dictionary<string, string> Comments() => XDocument
        .Load(Path.Combine(AppContext.BaseDirectory, "workspace-server.xml"))
        .Descendants("member")
        .Where(member => member.Element("summary") is not null)
        .ToDictionary(member => member.Attribute("name")!.Value, member => Text(member.Element("summary")!));

    private static string Text(XElement summary) => string.Join(' ', string.Concat(summary.Nodes().Select(node => node switch
    {
        XElement reference => reference.Attribute("cref")?.Value.Split('.')[^1] ?? reference.Value,
        _ => node.ToString(),
    })).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static string Names(Option option) =>
        string.Join(", ", new[] { option.Name }.Concat(option.Aliases)) + (option.HelpName is { } help ? $" {help}" : "");

    private static string Default(object? value) => value switch
    {
        null or "" => "(none)",
        string text => $"`{text}`",
        System.Collections.ICollection { Count: 0 } => "(none)",
        IFormattable number => $"`{number.ToString(null, CultureInfo.InvariantCulture)}`",
        _ => $"`{value.ToString()!.ToLowerInvariant()}`",
    };

    private static string Cell(string? text) => (text ?? "").Replace("|", "\\|", StringComparison.Ordinal).Replace('\n', ' ');
}
