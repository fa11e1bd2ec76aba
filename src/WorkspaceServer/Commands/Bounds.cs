using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using WorkspaceServer.Vault.Sandbox;

namespace WorkspaceServer.Commands;

/// <summary>Bounds of what is typed. Every text of every verb has one, and every number states its own; the features check closer.</summary>
internal static class Bounds
{
    /// <summary>Longest text of an argument or option, in characters: the longest statement.</summary>
    public const int MaxTextLength = SandboxLimits.MaxSqlBytes;

    /// <summary>How often an option may be repeated.</summary>
    public const int MaxRepeats = 2_000;

    /// <summary>Lets only these numbers through, and says so.</summary>
    public static Option<T> Between<T>(this Option<T> option, long min, long max)
    {
        option.Validators.Add(result =>
        {
            // What is no number at all is said by the parser.
            if (result.Tokens is [var token] && decimal.TryParse(token.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && (number < min || number > max))
            {
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"{option.Name} is {min} to {max}."));
            }
        });
        return option;
    }

    /// <summary>Bounds every text of a verb and of the verbs below it.</summary>
    public static void BoundTexts(Command command)
    {
        foreach (var argument in command.Arguments.Where(argument => IsText(argument.ValueType)))
        {
            argument.Validators.Add(result => Check(result, argument.Name));
        }

        foreach (var option in command.Options.Where(option => IsText(option.ValueType)))
        {
            option.Validators.Add(result => Check(result, option.Name));
        }

        foreach (var verb in command.Subcommands)
        {
            BoundTexts(verb);
        }
    }

    private static bool IsText(Type type) => type == typeof(string) || type == typeof(string[]);

    private static void Check(SymbolResult result, string name)
    {
        if (result.Tokens.Count > MaxRepeats || result.Tokens.Any(token => token.Value.Length > MaxTextLength))
        {
            result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} has at most {MaxTextLength} characters and comes at most {MaxRepeats} times."));
        }
    }
}
