using System.CommandLine;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>user setup-link: a new link for the very first person, when the one that the start printed is used or too old.</summary>
internal static class SetupLinkCommand
{
    public static Command Build() => Verb
        .Create("setup-link", "Print a new link, good once within 30 minutes, with which the first person sets up the server.", "user setup-link", Recording.Nothing("using the link is recorded"))
        .Runs((context, _) =>
        {
            context.Require(Permissions.SystemUsers);
            var link = context.Get<NewPeople>().NewSetupLink();
            context.Output.Result(new { Link = link }, output => Print(output, link));
            return Task.FromResult(ExitCodes.Ok);
        });

    public static void Print(Output output, string link)
    {
        output.Line("Nobody can sign in yet. Open this link to set up the server; it works once, within 30 minutes:");
        output.Line();
        output.Line($"  {link}");
        output.Line();
    }
}
