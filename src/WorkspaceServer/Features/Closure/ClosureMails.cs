using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Mail;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Closure;

/// <summary>Tells the person, and those who run the server, what becomes of an account.</summary>
internal sealed class ClosureMails(MailQueue queue, PeopleStore people, PublicAddress address)
{
    private string Page => address.Origin + ClosurePaths.Page;

    public void Asked(ClosureCase asked)
    {
        Send(
            asked.Email,
            "You asked to close your account at Workspace Server",
            $"You asked at {address.Host} that your account be closed. Whoever runs the server looks at it and then closes it. Until then nothing changes, and you can call it off.",
            Page,
            "See it, or call it off",
            "If it was not you, call it off there, choose a new password, and tell whoever runs the server.");
        foreach (var person in people.List().Where(person => person is { Role: SystemRole.SuperAdmin, SuspendedAt: null }))
        {
            Send(person.Email, $"{address.Host}: an account is to be closed", "Somebody asked for their account to be closed. It waits for you.", address.Origin + ClosurePaths.Operator, "See it", "You get this because you run the server.");
        }
    }

    public void CalledOff(string email) => Send(
        email,
        "Your account at Workspace Server stays",
        $"You called off at {address.Host} that your account be closed. Everything stays as it is.",
        link: null,
        button: null,
        $"If it was not you, look at {Page}");

    public void Closed(ClosureCase closed) => queue.Enqueue(() => Task.FromResult<MailText?>(ClosedText(closed, address)));

    /// <summary>What somebody is told whose account was closed, by a page or by a verb.</summary>
    public static MailText ClosedText(ClosureCase closed, PublicAddress address) => new(
        closed.Email,
        "Your account at Workspace Server was closed",
        $"Your account at {address.Host} was closed, as you asked. You are in no workspace any more. Workspaces in which you were alone can be brought back for 30 days by whoever runs the server; then they are destroyed.",
        Link: null,
        Button: null,
        "If you did not ask for this, tell whoever runs the server at once.");

    public void CopyTaken(string email) => Send(
        email,
        "A copy of your data was downloaded from Workspace Server",
        $"Somebody who is signed in as you at {address.Host} downloaded a copy of what is kept about you.",
        link: null,
        button: null,
        "If it was not you, choose a new password and tell whoever runs the server.");

    private void Send(string to, string subject, string before, string? link, string? button, string after) =>
        queue.Enqueue(() => Task.FromResult<MailText?>(new MailText(to, subject, before, link, button, after)));
}
