using System.CommandLine;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Commands;

/// <summary>What the verbs share that do one thing to one member.</summary>
internal static class MemberVerb
{
    /// <param name="permission">What the verb needs in the workspace.</param>
    /// <param name="done">What is said afterwards, between the address and the name of the workspace.</param>
    public static Command Build(
        string name, string description, Recording recording, Permission permission, Action<Memberships, WorkspaceId, string> change, string done)
    {
        var email = AccessArguments.Email();
        var workspace = GlobalOptions.Workspace();
        var command = Verb.Create(name, description, $"member {name} asha@example.com --workspace \"Sharma Traders\"", recording);
        command.Add(email);
        command.Add(workspace);
        return command.Runs((context, _) =>
        {
            var place = context.FindWorkspace(context.Arguments.GetValue(workspace)!, permission);
            var address = context.Arguments.GetValue(email)!;
            var memberships = context.Get<Memberships>();
            var person = memberships.PersonOf(address);
            change(memberships, place.Id, person);
            context.Output.Result(new { Workspace = place.Id.ToString(), Person = person }, output => output.Line($"{address} {done} {place.Name}."));
            return Task.FromResult(ExitCodes.Ok);
        });
    }
}
