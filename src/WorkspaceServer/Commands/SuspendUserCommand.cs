using System.CommandLine;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>user suspend: keeps a person out; what they made stays.</summary>
internal static class SuspendUserCommand
{
    public static Command Build()
    {
        var email = new Argument<string>("EMAIL") { Description = "The person's e-mail address." };
        var command = Verb.Create("suspend", "Suspend a person. A running server refuses them at the next request.", "user suspend asha@example.in", Recording.As(AuditActions.PersonSuspended));
        command.Add(email);
        return command.Runs(async (context, _) =>
        {
            var person = context.FindPerson(context.Arguments.GetValue(email)!);
            await context.Get<Suspensions>().SuspendAsync(person);
            context.Output.Result(new { person.Id, person.Email, Suspended = true }, output => output.Line($"{person.Email} is suspended."));
            return ExitCodes.Ok;
        });
    }
}
