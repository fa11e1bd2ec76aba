using System.CommandLine;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Access.Support;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>support grant: opens a workspace to a super admin, to read, for some hours.</summary>
internal static class GrantSupportCommand
{
    public static Command Build()
    {
        var email = AccessArguments.Email();
        var workspace = GlobalOptions.Workspace();
        var reason = new Option<string>("--reason") { Description = $"Why, in {SupportGrants.MinReasonLength} to {SupportGrants.MaxReasonLength} characters. The owners read it.", HelpName = "TEXT", Required = true };
        var hours = new Option<int>("--hours") { Description = $"Hours until it ends by itself; up to {SupportGrants.MaxDuration.TotalHours:0}.", HelpName = "HOURS", DefaultValueFactory = _ => 1 }
            .Between(1, (long)SupportGrants.MaxDuration.TotalHours);
        var command = Verb.Create("grant", "Open a workspace to a super admin, to read. Its owners see it and each read.", "support grant ops@example.com --workspace \"Sharma Traders\" --reason \"Ticket 4711: totals differ\" --hours 2", Recording.As(AuditActions.SupportGranted));
        command.Add(email);
        command.Add(workspace);
        command.Add(reason);
        command.Add(hours);
        return command.Runs((context, _) =>
        {
            var id = context.FindWorkspace(context.Arguments.GetValue(workspace)!, Permissions.SystemSupport).Id;
            var person = context.Get<Memberships>().PersonOf(context.Arguments.GetValue(email)!);
            var grant = context.Get<SupportGrants>().Create(
                person, id, context.Arguments.GetValue(reason)!, TimeSpan.FromHours(context.Arguments.GetValue(hours)));
            context.Output.Result(
                SupportAnswer.Of(grant, grant.CreatedAt), output => output.Line($"Support grant {grant.Id} is open until {grant.ExpiresAt:u}."));
            return Task.FromResult(ExitCodes.Ok);
        });
    }
}
