using System.CommandLine;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>user create: adds a person and shows, once, the link with which they choose their password.</summary>
internal static class CreateUserCommand
{
    public static Command Build()
    {
        var email = new Argument<string>("EMAIL") { Description = "The person's e-mail address; they sign in with it." };
        var name = new Option<string>("--name") { Description = "The person's name.", HelpName = "NAME", Required = true };
        var operates = new Option<bool>("--super-admin") { Description = "Let them run the whole server: people, settings, backups." };
        var command = Verb.Create("create", "Add a person. Prints the link, good once within 24 hours, with which they choose a password.", "user create asha@example.in --name \"Asha Kesarvan\"", Recording.As(AuditActions.PersonInvited));
        command.Add(email);
        command.Add(name);
        command.Add(operates);
        return command.Runs(async (context, _) =>
        {
            context.Require(Permissions.SystemUsers);
            var (person, link) = await context.Get<NewPeople>().CreateAsync(
                context.Arguments.GetValue(email)!,
                context.Arguments.GetValue(name)!,
                context.Arguments.GetValue(operates) ? SystemRole.SuperAdmin : SystemRole.User);
            context.Output.Result(new { person.Id, person.Email, person.Name, Role = person.Role, Link = link }, output =>
            {
                output.Line($"{person.Email} is added. Give them this link; it works once, within 24 hours:");
                output.Line();
                output.Line($"  {link}");
            });
            return ExitCodes.Ok;
        });
    }
}
