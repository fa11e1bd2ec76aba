using System.CommandLine;
using WorkspaceServer.Commands;
using Xunit;

namespace WorkspaceServer.Tests.Inventory;

/// <summary>Every argument and option of every verb has a bound: what is beyond it is refused by name, before the verb runs.</summary>
public sealed class VerbsTests
{
    private static readonly Type[] Numbers = [typeof(int), typeof(int?), typeof(long), typeof(long?)];
    private static readonly Type[] NeedNone = [typeof(bool)];

    [Fact]
    [Trait("claim", "A62")]
    [Trait("claim", "D34")]
    public void EveryArgumentAndOptionOfEveryVerbHasABound()
    {
        var complaints = Verbs(Cli.Build(), []).SelectMany(verb => Complaints(verb.Path, verb.Command)).ToArray();

        Assert.Empty(complaints);
    }

    [Fact]
    [Trait("claim", "A62")]
    public void AnOptionWithoutABoundIsFound()
    {
        var root = new RootCommand();
        var verb = new Command("test") { new Option<int>("--unbounded"), new Option<int>("--bounded").Between(1, 5), new Option<double>("--odd"), new Option<string>("--text") };
        root.Add(verb);

        var complaints = Complaints(["test"], verb).ToArray();

        Assert.Equal(3, complaints.Length);
        Assert.Contains("--unbounded", complaints[0], StringComparison.Ordinal);
        Assert.Contains("--odd", complaints[1], StringComparison.Ordinal);
        Assert.Contains("--text", complaints[2], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("query", "--max-rows", "0", false)]
    [InlineData("query", "--max-rows", "1", true)]
    [InlineData("query", "--max-rows", "10000", true)]
    [InlineData("query", "--max-rows", "10001", false)]
    [InlineData("token create", "--days", "366", true)]
    [InlineData("token create", "--days", "367", false)]
    [InlineData("token create", "--rows-per-day", "0", false)]
    [InlineData("token create", "--rows-per-day", "1", true)]
    [InlineData("token create", "--bytes-per-day", "99999999999999999999", false)]
    public void ANumberHasTwoSides(string verb, string option, string value, bool isGood)
    {
        string[] more = verb == "query" ? ["SELECT 1"] : [];
        var errors = Cli.Build().Parse([.. verb.Split(' '), .. more, "--workspace", "w", option, value]).Errors;

        Assert.Equal(isGood, errors.Count == 0);
    }

    private static IEnumerable<(string[] Path, Command Command)> Verbs(Command command, string[] path) =>
        command.Subcommands.SelectMany(verb => Verbs(verb, [.. path, verb.Name])).Prepend((path, command));

    /// <summary>Gives each one what is too long or too large, and looks whether the parser names it.</summary>
    private static IEnumerable<string> Complaints(string[] path, Command command)
    {
        var root = command;
        while (root.Parents.OfType<Command>().FirstOrDefault() is { } higher)
        {
            root = higher;
        }

        var tooLong = new string('x', Bounds.MaxTextLength + 1);
        foreach (var (index, argument) in command.Arguments.Index())
        {
            if (!IsRefused(root, argument.Name, [.. path, .. Enumerable.Repeat("x", index), tooLong]))
            {
                yield return $"{string.Join(' ', path)}: {argument.Name} has no bound.";
            }
        }

        foreach (var option in command.Options.Where(option => !option.Hidden && !NeedNone.Contains(option.ValueType) && option.Action is null))
        {
            string[] values = Numbers.Contains(option.ValueType) ? ["-1000000000", "99999999999999999999"] : [tooLong];
            if (!values.All(value => IsRefused(root, option.Name, [.. path, option.Name, value])))
            {
                yield return $"{string.Join(' ', path)}: {option.Name} has no bound.";
            }
        }
    }

    private static bool IsRefused(Command root, string name, string[] arguments) =>
        root.Parse(arguments).Errors.Any(error => error.Message.Contains(name, StringComparison.Ordinal)
            && (error.Message.Contains(" is ", StringComparison.Ordinal) || error.Message.Contains("at most", StringComparison.Ordinal)));
}
