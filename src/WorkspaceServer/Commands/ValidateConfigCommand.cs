using System.CommandLine;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>config validate: reads and checks every setting, as the server does before it listens.</summary>
internal static class ValidateConfigCommand
{
    public static Command Build() => Verb
        .Create("validate", "Check every setting, as the server does before it listens.", "config validate", Recording.Nothing("only checks settings"))
        .Runs((context, _) =>
        {
            var sections = OptionsSections.ReadAll(context.Get<IEnumerable<OptionsSection>>(), context.Get<IConfiguration>());
            context.Output.Result(new { Valid = true, Sections = sections.Select(each => each.Section.Name) }, output => output.Line("The configuration is valid."));
            return Task.FromResult(ExitCodes.Ok);
        });
}
