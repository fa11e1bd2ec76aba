using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Accounts.Sessions;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Accounts.External;

/// <summary>What comes after a proof: which person it is, whether they may come in, and a session of ours. The provider's tokens are not kept.</summary>
internal sealed class ExternalSignIn(
    ExternalStore store, PeopleStore people, SessionKeeper sessions, AccountCookies cookies, AuditLog audit, AuthOptions auth, TimeProvider clock)
{
    /// <summary>Gives the browser a session of the person that this identity is.</summary>
    /// <exception cref="SignInRefused">They may not come in.</exception>
    public async Task StartSessionAsync(HttpContext context, ExternalIdentity identity)
    {
        var person = await AdmitAsync(identity);
        // The session that this browser had is over, whoever's it was.
        if (cookies.Session.Read(context) is { } old && sessions.Check(old, ClientAddress.Of(context))?.Person is { } before)
        {
            sessions.End(before.PersonId, before.SessionId);
        }

        var (id, secret) = sessions.Start(
            person, identity.HasMfa ?? false, ClientAddress.Of(context), context.Request.Headers.UserAgent.ToString(), identity.AuthenticatedAt);
        store.AddSession(id, identity);
        await audit.RecordAsync(new AuditEntry(AuditActions.SignInSucceeded) { Actor = ActorOf(person), Details = [("mode", Mode)] });
        cookies.Session.Write(context, secret);
    }

    /// <summary>Ends our sessions that began with a session at the provider which is over there.</summary>
    /// <returns>How many.</returns>
    public int EndSessionsOf(string issuer, string externalSessionId) => store.EndSessions(issuer, externalSessionId);

    /// <summary>Ends all our sessions of somebody whom the provider no longer knows.</summary>
    /// <returns>How many.</returns>
    public int EndSessionsOfSubject(string issuer, string subject) => store.EndSessionsOfSubject(issuer, subject);

    private string Mode => auth.Mode.ToString().ToLowerInvariant();

    private async Task<Person> AdmitAsync(ExternalIdentity identity)
    {
        var person = store.FindPerson(identity.Issuer, identity.Subject) is { } id ? people.Find(id)! : await AddPersonAsync(identity);
        if (person.SuspendedAt is not null)
        {
            throw SignInRefused.NotAdmitted("suspended", "This account is suspended. Ask the operator of this server.");
        }

        // Where the provider says nothing of factors, asking for a second one is its administrator's part.
        if (auth.RequireMfaForOperators && person.Role == SystemRole.SuperAdmin && identity.HasMfa == false)
        {
            throw SignInRefused.NotAdmitted("no_second_factor", "An operator needs a second factor. Set one up at the identity provider and sign in again.");
        }

        return person;
    }

    private async Task<Person> AddPersonAsync(ExternalIdentity identity)
    {
        if (identity.VerifiedEmail is not { } email)
        {
            throw SignInRefused.NotAdmitted("no_verified_email", "The identity provider does not say that your e-mail address is yours. Verify it there and sign in again.");
        }

        // Never by the address alone: whoever controls an address at the provider would get somebody's account.
        if (people.FindByEmail(email) is not null)
        {
            throw NotLinked(identity, email);
        }

        if (!auth.AllowRegistration)
        {
            throw SignInRefused.NotAdmitted("not_invited", "You have no account here. Ask for an invitation.");
        }

        var person = Person.New(email, identity.Name, SystemRole.User, clock.GetUtcNow());
        // Somebody may have come with the same address, or with the same identity, at this very moment.
        if (!store.AddPerson(person, identity.Issuer, identity.Subject))
        {
            throw NotLinked(identity, email);
        }

        await audit.RecordAsync(new AuditEntry(AuditActions.PersonRegistered) { Actor = ActorOf(person), Target = ("person", person.Id), Details = [("mode", Mode)] });
        return person;
    }

    private static SignInRefused NotLinked(ExternalIdentity identity, string email) => SignInRefused.NotAdmitted(
        "email_taken",
        $"There is an account with the address {email} already, and it is not linked to you. Its operator can do that: workspace-server user link {email} {identity.Subject}");

    private static AuditActor ActorOf(Person person) => new("person", person.Id, person.Email);
}
