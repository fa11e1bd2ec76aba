using WorkspaceServer.Features.Accounts.Sessions;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Accounts.People;

/// <summary>Keeps people out and lets them in again. What they made stays.</summary>
internal sealed class Suspensions(PeopleStore people, SessionKeeper sessions, AuditLog audit, TimeProvider clock)
{
    /// <summary>Ends every session; a running server refuses them at the next request.</summary>
    /// <exception cref="ProblemException">They are suspended already.</exception>
    public async Task SuspendAsync(Person person)
    {
        if (!people.Suspend(person.Id, clock.GetUtcNow()))
        {
            throw new ProblemException(ProblemCodes.AlreadyExists, $"{person.Email} is suspended already.");
        }

        sessions.EndAll(person.Id);
        await audit.RecordAsync(AccountEntry.About(AuditActions.PersonSuspended, person));
    }

    /// <exception cref="ProblemException">They are not suspended.</exception>
    public async Task ReinstateAsync(Person person)
    {
        if (!people.Unsuspend(person.Id))
        {
            throw new ProblemException(ProblemCodes.AlreadyExists, $"{person.Email} is not suspended.");
        }

        await audit.RecordAsync(AccountEntry.About(AuditActions.PersonReinstated, person));
    }
}
