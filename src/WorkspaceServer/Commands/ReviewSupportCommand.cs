using System.CommandLine;
using System.Globalization;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Support;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>support review: shows what was read under a support grant and signs it off.</summary>
internal static class ReviewSupportCommand
{
    private const int MaxShown = 10_000;

    public static Command Build()
    {
        var grant = new Argument<string>("ID") { Description = "The grant's id, as support list shows it." };
        var note = new Option<string?>("--note") { Description = "Sign it off with this note; without it, only show what was read.", HelpName = "TEXT" };
        var command = Verb.Create("review", "Show what was read under a support grant and, with a note, sign it off.", "support review 0193b3a2c4d57e8f9a0b1c2d3e4f5061 --note \"Read what the ticket needed\"", Recording.As(AuditActions.SupportReviewed));
        command.Add(grant);
        command.Add(note);
        return command.Runs((context, _) =>
        {
            var (id, grants) = (context.Arguments.GetValue(grant)!, context.Get<SupportGrants>());
            var workspace = grants.WorkspaceOf(id);
            var reads = grants.Reads(workspace, id, after: 0, MaxShown);
            var text = context.Arguments.GetValue(note);
            if (text is not null)
            {
                grants.Review(Principal.Operator, workspace, id, text);
            }

            context.Output.Result(new { Id = id, Reads = reads, Reviewed = text is not null }, output =>
            {
                output.Table(["at (UTC)", "what"], reads.Select(read => new[] { read.At.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture), read.What }));
                output.Line(text is null ? "Not signed off. Add --note to do it." : $"Support grant {id} is signed off.");
            });
            return Task.FromResult(ExitCodes.Ok);
        });
    }
}
