using System.CommandLine;
using WorkspaceServer.Commands;
using Xunit;

namespace WorkspaceServer.Tests.Commands;

public sealed class CliTests
{
    public static TheoryData<string> Verbs => [.. Leaves(Cli.Build(), "").Select(verb => verb.Path)];

    [Theory]
    [MemberData(nameof(Verbs))]
    public void EveryVerbHasAnExampleThatIsUnderstood(string path)
    {
        var (_, verb) = Leaves(Cli.Build(), "").Single(each => each.Path == path);

        var example = Verb.ExampleOf(verb)!;
        Assert.StartsWith("workspace-server ", example, StringComparison.Ordinal);
        Assert.Contains(path, example, StringComparison.Ordinal);
        Assert.Empty(Cli.Build().Parse(example["workspace-server ".Length..]).Errors);
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task EveryVerbShowsItsHelp(string path)
    {
        var output = new StringWriter();

        var code = await Cli.Build().Parse([.. path.Split(' '), "--help"]).InvokeAsync(
            new InvocationConfiguration { Output = output }, TestContext.Current.CancellationToken);

        Assert.Equal(0, code);
        Assert.Contains("Example:", output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("qurey", "SELECT 1")]
    [InlineData("query", "SELECT 1")]
    [InlineData("query", "SELECT 1", "-w", "x", "--max-rows", "0")]
    [InlineData("query", "SELECT 1", "-w", "x", "--max-rows", "10001")]
    [InlineData("workspace")]
    [InlineData("version", "--nope")]
    public async Task WrongUsageExitsWithTwo(params string[] arguments) => Assert.Equal(2, await Cli.RunAsync(arguments, cancel: TestContext.Current.CancellationToken));

    private static IEnumerable<(string Path, Command Verb)> Leaves(Command command, string path) => command.Subcommands.SelectMany(verb =>
        verb.Subcommands.Count > 0 ? Leaves(verb, $"{path}{verb.Name} ") : [($"{path}{verb.Name}", verb)]);
}
