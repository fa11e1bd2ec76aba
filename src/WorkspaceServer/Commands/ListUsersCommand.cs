using System.CommandLine;
using System.Globalization;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Accounts.SecondFactors;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>user list: who can sign in.</summary>
internal static class ListUsersCommand
{
    public static Command Build() => Verb
        .Create("list", "List people, oldest first.", "user list", Recording.Nothing("reads only who can sign in"))
        .Runs((context, _) =>
        {
            context.Require(Permissions.SystemUsers);
            var factors = context.Get<SecondFactorStore>();
            var people = context.Get<PeopleStore>().List().Select(person => (Person: person, HasMfa: factors.FindKey(person.Id) is not null)).ToArray();
            context.Output.Result(
                people.Select(each => new { each.Person.Id, each.Person.Email, each.Person.Name, each.Person.Role, each.HasMfa, each.Person.CreatedAt, each.Person.SuspendedAt }),
                output => Print(output, people));
            return Task.FromResult(ExitCodes.Ok);
        });

    private static void Print(Output output, (Person Person, bool HasMfa)[] people)
    {
        if (people.Length == 0)
        {
            output.Line("There is nobody yet. Start the server, or run: workspace-server user setup-link");
            return;
        }

        output.Table(
            ["e-mail", "name", "role", "second factor", "since (UTC)", "state"],
            people.Select(each => new[]
            {
                each.Person.Email, each.Person.Name, PeopleStore.RoleText(each.Person.Role), each.HasMfa ? "yes" : "no",
                each.Person.CreatedAt.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), each.Person.SuspendedAt is null ? "good" : "suspended",
            }));
    }
}
