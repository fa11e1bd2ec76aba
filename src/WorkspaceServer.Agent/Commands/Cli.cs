using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;

namespace WorkspaceServer.Agent.Commands;

/// <summary>The command line: every verb of workspace-agent, in the order in which help shows them.</summary>
internal static class Cli
{
    /// <summary>Longest text of an argument or option, in characters.</summary>
    public const int MaxTextLength = 4_000;

    private const string Description = """
        Workspace Agent: keeps tables of this computer fresh in a workspace.

        To set it up:
          workspace-agent check --url https://ws.example.in
          workspace-agent pair --url https://ws.example.in --token-file pair.txt
          workspace-agent source add files "D:\Books"
          workspace-agent service install

        Exit codes: 0 done; 1 failed; 2 wrong usage; 3 try again later; 4 not paired or nothing to sync; 5 pairing token expired or used;
        12 totals differ; 78 bad configuration or file permissions.
        """;

    public static RootCommand Build()
    {
        var root = new RootCommand(Description);
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExample((HelpAction)help.Action!);
        root.With(Verb.Json, Verb.Home);
        root.With(
            CheckCommand.Build(),
            PairCommand.Build(),
            UnpairCommand.Build(),
            new Command("source", "Say which tables leave this computer.").With(AddSourceCommand.Build(), ListSourcesCommand.Build(), PreviewSourceCommand.Build(), RemoveSourceCommand.Build()),
            SyncCommand.Build(),
            ScheduleCommand.Build(),
            StatusCommand.Build(),
            LogsCommand.Build(),
            new Command("service", "Let it run by itself.").With(InstallServiceCommand.Build(), RemoveServiceCommand.Build()));
        BoundTexts(root);
        return root;
    }

    public static async Task<int> RunAsync(string[] args)
    {
        var parsed = Build().Parse(args);
        if (parsed.Errors.Count == 0 || parsed.Action is HelpWithExample)
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }

        new Output(parsed.GetValue(Verb.Json)).Error("usage", string.Join(' ', parsed.Errors.Select(error => error.Message)) + " Add --help to see how it is used.");
        return ExitCodes.Usage;
    }

    private static void BoundTexts(Command command)
    {
        foreach (var argument in command.Arguments)
        {
            argument.Validators.Add(result => Check(result, argument.Name));
        }

        foreach (var option in command.Options)
        {
            option.Validators.Add(result => Check(result, option.Name));
        }

        foreach (var verb in command.Subcommands)
        {
            BoundTexts(verb);
        }
    }

    private static void Check(SymbolResult result, string name)
    {
        if (result.Tokens.Any(token => token.Value.Length > MaxTextLength))
        {
            result.AddError($"{name} has at most {MaxTextLength} characters.");
        }
    }

    private sealed class HelpWithExample(HelpAction help) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            var result = help.Invoke(parseResult);
            if (Verb.ExampleOf(parseResult.CommandResult.Command) is { } example)
            {
                parseResult.InvocationConfiguration.Output.WriteLine($"Example:\n  {example}");
            }

            return result;
        }
    }
}
