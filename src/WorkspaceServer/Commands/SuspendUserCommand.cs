using System.CommandLine;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Accounts.Sessions;
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
            if (!context.Get<PeopleStore>().Suspend(person.Id, context.Get<TimeProvider>().GetUtcNow()))
            {
                throw new ProblemException(ProblemCodes.AlreadyExists, $"{person.Email} is suspended already.");
            }

            context.Get<SessionKeeper>().EndAll(person.Id);
            await context.Get<AuditLog>().RecordAsync(AccountEntry.About(AuditActions.PersonSuspended, person));
            context.Output.Result(new { person.Id, person.Email, Suspended = true }, output => output.Line($"{person.Email} is suspended."));
            return ExitCodes.Ok;
        });
    }
}
