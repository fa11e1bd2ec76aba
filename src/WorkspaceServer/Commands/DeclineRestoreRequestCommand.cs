using System.CommandLine;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Backups.Copies;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>backup decline: says no to a copy that an owner asks for.</summary>
internal static class DeclineRestoreRequestCommand
{
    private static readonly Declining.Validator Rules = new();

    public static Command Build()
    {
        var request = new Argument<string>("ID") { Description = "The request's id, as backup requests shows it." };
        var reason = new Option<string>("--reason") { Description = "Why. Whoever asked reads it.", HelpName = "TEXT", Required = true };
        var command = Verb.Create(
            "decline", "Say no to a copy that an owner asks for.", "backup decline 0193b3a2c4d57e8f9a0b1c2d3e4f5061 --reason \"The month is not closed yet.\"", Recording.As(AuditActions.RestoreDeclined));
        command.Add(request);
        command.Add(reason);
        return command.Runs((context, _) =>
        {
            context.Require(Permissions.SystemSettings);
            var id = context.Arguments.GetValue(request)!;
            if (context.Get<RestoreRequestStore>().Find(id) is null)
            {
                throw RestoreRequests.NoneOf(id);
            }

            context.Get<RestoreRequests>().Decline("operator", id, new Declining(context.Arguments.GetValue(reason)!).Checked(Rules).Reason);
            context.Output.Result(new { Id = id, Declined = true }, output => output.Line($"Request {id} is declined. Whoever asked sees why on the page Backups of the workspace."));
            return Task.FromResult(ExitCodes.Ok);
        });
    }
}
