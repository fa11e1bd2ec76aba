using System.CommandLine;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>user unsuspend: lets a suspended person in again.</summary>
internal static class UnsuspendUserCommand
{
    public static Command Build()
    {
        var email = new Argument<string>("EMAIL") { Description = "The person's e-mail address." };
        var command = Verb.Create("unsuspend", "Let a suspended person sign in again.", "user unsuspend asha@example.in", Recording.As(AuditActions.PersonReinstated));
        command.Add(email);
        return command.Runs(async (context, _) =>
        {
            var person = context.FindPerson(context.Arguments.GetValue(email)!);
            await context.Get<Suspensions>().ReinstateAsync(person);
            context.Output.Result(new { person.Id, person.Email, Suspended = false }, output => output.Line($"{person.Email} can sign in again."));
            return ExitCodes.Ok;
        });
    }
}
