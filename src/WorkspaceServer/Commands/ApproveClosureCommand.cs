using System.CommandLine;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Closure;
using WorkspaceServer.Features.Mail;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>closure approve: closes an account whose owner asked for it, after what has to be done by hand.</summary>
internal static class ApproveClosureCommand
{
    public static Command Build()
    {
        var id = new Argument<string>("ID") { Description = "The id of the case; see closure list." };
        var subscription = new Option<bool>("--subscription-ended") { Description = "What they pay for has ended, or they pay for nothing." };
        var identity = new Option<bool>("--identity-verified") { Description = "It was made sure that they asked themselves." };
        var provider = new Option<bool>("--provider-cleaned") { Description = "Their account at the identity provider is removed, or there is none." };
        var command = Verb.Create(
            "approve",
            "Close an account, after three things that are done by hand. It ends memberships, tokens and sessions; workspaces that nobody else is in are kept for 30 days.",
            "closure approve 0199c3f2a4b87d100199c3f2a4b87d10 --subscription-ended --identity-verified --provider-cleaned",
            Recording.As(AuditActions.PersonClosed, AuditActions.MemberRemoved, AuditActions.WorkspaceClosing));
        command.Add(id);
        command.Add(subscription);
        command.Add(identity);
        command.Add(provider);
        return command.Runs(async (context, cancel) =>
        {
            var done = new ClosureChecklist(context.Arguments.GetValue(subscription), context.Arguments.GetValue(identity), context.Arguments.GetValue(provider));
            var closed = context.Get<Closures>().Approve(context.Arguments.GetValue(id)!, done, Closures.Operator);
            var wasTold = await TellAsync(context, closed, cancel);
            context.Output.Result(
                new { closed.Id, closed.Email, Closed = true, MailSent = wasTold },
                output => output.Line($"The account of {closed.Email} is closed. {(wasTold ? "They are told by mail." : "The mail to them could not be sent: tell them.")}"));
            return ExitCodes.Ok;
        });
    }

    /// <summary>The account is closed whether or not the mail goes out.</summary>
    private static async Task<bool> TellAsync(CommandContext context, ClosureCase closed, CancellationToken cancel)
    {
        try
        {
            var mail = ClosureMails.ClosedText(closed, context.Get<PublicAddress>()).ToMessage(context.Get<MailOptions>().From, context.Get<TimeProvider>().GetUtcNow());
            await context.Get<IMailTransport>().SendAsync(mail, cancel);
            return true;
        }
        catch (Exception error) when (error is IOException or System.Net.Sockets.SocketException or MailKit.ServiceNotConnectedException or MailKit.ProtocolException or MailKit.CommandException or MailKit.Security.AuthenticationException or TimeoutException)
        {
            return false;
        }
    }
}
