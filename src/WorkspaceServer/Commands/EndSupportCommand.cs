using System.CommandLine;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Support;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>support end: ends a support grant early.</summary>
internal static class EndSupportCommand
{
    public static Command Build()
    {
        var grant = new Argument<string>("ID") { Description = "The grant's id, as support list shows it." };
        var command = Verb.Create("end", "End a support grant early. It is felt within a second.", "support end 0193b3a2c4d57e8f9a0b1c2d3e4f5061", Recording.As(AuditActions.SupportRevoked));
        command.Add(grant);
        return command.Runs((context, _) =>
        {
            var (id, grants) = (context.Arguments.GetValue(grant)!, context.Get<SupportGrants>());
            grants.End(Principal.Operator, grants.WorkspaceOf(id), id);
            context.Output.Result(new { Id = id, Ended = true }, output => output.Line($"Support grant {id} is over."));
            return Task.FromResult(ExitCodes.Ok);
        });
    }
}
