using System.CommandLine;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>Arguments that the verbs about people and roles share.</summary>
internal static class AccessArguments
{
    public static Argument<string> Email() => new("EMAIL") { Description = "The person's address." };

    public static Option<string> Role() => new("--role")
    {
        Description = $"{string.Join(", ", Roles.All.Select(Roles.NameOf))}.",
        HelpName = "ROLE",
        DefaultValueFactory = _ => Roles.NameOf(Features.Access.Role.Viewer),
    };

    /// <exception cref="ProblemException">There is no such role.</exception>
    public static Role ParseRole(string text) => Roles.TryParse(text, out var role)
        ? role
        : throw new ProblemException(ProblemCodes.InvalidArgument, $"A role is one of: {string.Join(", ", Roles.All.Select(Roles.NameOf))}.");
}
