using System.CommandLine;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Accounts.Sessions;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>user reset-mfa: for somebody who lost phone, passkeys and backup codes.</summary>
internal static class ResetMfaCommand
{
    public static Command Build()
    {
        var email = new Argument<string>("EMAIL") { Description = "The person's e-mail address." };
        var command = Verb.Create("reset-mfa", "Take away the app, passkeys, phone number and backup codes of a person who lost them, and end their sessions. Make sure first that it is them.", "user reset-mfa asha@example.in", Recording.As(AuditActions.MfaRemoved));
        command.Add(email);
        return command.Runs(async (context, _) =>
        {
            var person = context.FindPerson(context.Arguments.GetValue(email)!);
            var had = context.Get<Protection>().Remove(person.Id);
            context.Get<SessionKeeper>().EndAll(person.Id);
            await context.Get<AuditLog>().RecordAsync(AccountEntry.About(AuditActions.MfaRemoved, person));
            context.Output.Result(new { person.Id, person.Email, HadMfa = had }, output => output.Line(
                had ? $"{person.Email} has no second factor now and is signed out everywhere." : $"{person.Email} had no second factor; they are signed out everywhere."));
            return ExitCodes.Ok;
        });
    }
}
