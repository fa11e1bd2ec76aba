using WorkspaceServer.Features.Access.Invitations;
using WorkspaceServer.Features.Accounts.Links;
using WorkspaceServer.Features.Accounts.Passwords;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Accounts.Sessions;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Accounts;

/// <summary>Makes accounts and sets passwords, each with a link that works once.</summary>
internal sealed class NewPeople(
    PeopleStore people,
    CredentialStore credentials,
    PasswordHasher hasher,
    OneTimeLinks links,
    InvitationStore invitations,
    SessionKeeper sessions,
    AuthOptions auth,
    PublicAddress address,
    AuditLog audit,
    TimeProvider clock)
{
    public const string PasswordField = "password";

    /// <summary>What is wrong with a new password; null if nothing is.</summary>
    public FormProblems? Fault(string email, string name, string password, string field = PasswordField) =>
        PasswordRules.Fault(password, email, name, auth.PasswordHash) is { } sentence ? FormProblems.Of(field, sentence) : null;

    /// <summary>Whose account a link makes: anybody's with Auth:AllowRegistration, else that of somebody who is invited and still so.</summary>
    /// <returns>The proved address; null if the link is no good, or the invitation that it came with was withdrawn.</returns>
    public string? Admitted(string? token) =>
        links.Find(LinkKind.Verify, token) is { Email: var email } && (auth.AllowRegistration || invitations.IsInvited(email, clock.GetUtcNow())) ? email : null;

    /// <summary>Makes the account of somebody who proved their address.</summary>
    /// <returns>Null if they are not <see cref="Admitted"/>, or somebody has the address by now.</returns>
    public async Task<Person?> RegisterAsync(string token, string name, string password, CancellationToken cancel)
    {
        if (Admitted(token) is null)
        {
            return null;
        }

        // Before the link is used: what takes long or fails must not use it up.
        var verifier = await hasher.CreateAsync(password, cancel);
        return links.Use(LinkKind.Verify, token) is { } owner && Person.New(owner.Email, name, SystemRole.User, clock.GetUtcNow()) is var person && people.Add(person)
            ? await WithPasswordAsync(person, verifier, AuditActions.PersonRegistered)
            : null;
    }

    /// <summary>Makes the first operator.</summary>
    /// <returns>Null if the link is no good, or there is somebody by now.</returns>
    public async Task<Person?> SetUpAsync(string token, string email, string name, string password, CancellationToken cancel)
    {
        var verifier = await hasher.CreateAsync(password, cancel);
        return links.Use(LinkKind.Setup, token) is not null && Person.New(email, name, SystemRole.SuperAdmin, clock.GetUtcNow()) is var person && people.AddFirst(person)
            ? await WithPasswordAsync(person, verifier, AuditActions.PersonRegistered)
            : null;
    }

    /// <summary>Sets a password with a link, and ends everything that the old one had opened.</summary>
    public async Task<Person?> ChoosePasswordAsync(string token, string password, CancellationToken cancel)
    {
        var verifier = await hasher.CreateAsync(password, cancel);
        if (links.Use(LinkKind.Password, token) is not { PersonId: { } id } || people.Find(id) is not { SuspendedAt: null } person)
        {
            return null;
        }

        foreach (var kind in (LinkKind[])[LinkKind.Password, LinkKind.SignIn, LinkKind.SecondFactor])
        {
            links.VoidOfPerson(kind, id);
        }

        sessions.EndAll(id);
        return await WithPasswordAsync(person, verifier, AuditActions.PasswordReset);
    }

    /// <summary>The link that makes the first operator. Earlier ones are void.</summary>
    /// <exception cref="ProblemException">There is somebody already, or people sign in elsewhere.</exception>
    public string NewSetupLink()
    {
        if (auth.Mode != AuthMode.Local)
        {
            throw new ProblemException(
                ProblemCodes.BadConfiguration,
                "Auth:Mode is not local: the first person has no password here. Make them with: workspace-server user create EMAIL --name NAME --super-admin, and they sign in at the identity provider.");
        }

        if (!people.IsEmpty())
        {
            throw new ProblemException(ProblemCodes.AlreadyExists, "Somebody can sign in already. Add others with: workspace-server user create EMAIL");
        }

        links.VoidAll(LinkKind.Setup);
        return AccountMails.LinkTo(address, AccountPaths.Setup, links.Create(LinkKind.Setup, new LinkOwner(null, ""), OneTimeLinks.SetupLifetime));
    }

    /// <summary>Adds somebody, and the link with which they choose their password.</summary>
    /// <exception cref="ProblemException">The address or name is no such thing, or somebody has the address.</exception>
    public async Task<(Person Person, string Link)> CreateAsync(string email, string name, SystemRole role)
    {
        if (!EmailAddress.IsValid(email) || name.Trim().Length is 0 or > Person.MaxNameLength || name.Any(char.IsControl))
        {
            throw new ProblemException(ProblemCodes.InvalidArgument, $"A person has an e-mail address and a name of 1 to {Person.MaxNameLength} characters.");
        }

        var person = Person.New(email, name, role, clock.GetUtcNow());
        if (!people.Add(person))
        {
            throw new ProblemException(ProblemCodes.AlreadyExists, "Somebody has this address already. List people with: workspace-server user list");
        }

        await audit.RecordAsync(AccountEntry.About(AuditActions.PersonInvited, person) with { Details = [("role", PeopleStore.RoleText(role))] });
        return (person, AccountMails.LinkTo(
            address, AccountPaths.ChoosePassword, links.Create(LinkKind.Password, new LinkOwner(person.Id, person.Email), OneTimeLinks.WelcomeLifetime)));
    }

    private async Task<Person> WithPasswordAsync(Person person, string verifier, AuditAction action)
    {
        credentials.Set(person.Id, verifier, clock.GetUtcNow());
        await audit.RecordAsync(AccountEntry.By(action, person));
        return person;
    }
}
