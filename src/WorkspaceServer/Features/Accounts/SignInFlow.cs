using WorkspaceServer.Features.Accounts.Attempts;
using WorkspaceServer.Features.Accounts.Links;
using WorkspaceServer.Features.Accounts.Passwords;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Accounts.Phones;
using WorkspaceServer.Features.Accounts.SecondFactors;
using WorkspaceServer.Features.Accounts.Sessions;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Accounts;

/// <param name="Person">Who it is, if the proof was right.</param>
/// <param name="Wait">How long to wait, if there were too many tries; nothing was looked at then.</param>
internal sealed record Proof(Person? Person, TimeSpan? Wait = null)
{
    public static Proof Wrong { get; } = new((Person?)null);
}

/// <summary>The steps of signing in, whatever way somebody came: first factor, second factor, session.</summary>
internal sealed class SignInFlow(
    PeopleStore people,
    CredentialStore credentials,
    PasswordHasher hasher,
    AttemptLimit attempts,
    SecondFactorKeeper secondFactors,
    PhoneCodes phones,
    Protection protection,
    OneTimeLinks links,
    SessionKeeper sessions,
    AccountCookies cookies,
    AuditLog audit)
{
    /// <summary>Checks a password. Unknown address, wrong password, no password and suspended are one answer, after the same work.</summary>
    public async Task<Proof> CheckPasswordAsync(string email, string password, string network, CancellationToken cancel)
    {
        var attempt = new Attempt(AttemptKind.Password, EmailAddress.KeyOf(email), network);
        if (attempts.Begin(attempt) is { } wait)
        {
            await audit.RecordAsync(new AuditEntry(AuditActions.SignInLocked) { Outcome = ProblemCodes.TooManyRequests.Code });
            return new Proof(null, wait);
        }

        var person = people.FindByEmail(email);
        var verifier = credentials.Find(person?.Id ?? "");
        if (!await hasher.VerifyAsync(password, verifier, cancel) || person is not { SuspendedAt: null })
        {
            // What was typed as an address is not written down: it may be a password in the wrong field.
            await audit.RecordAsync(AccountEntry.About(AuditActions.SignInFailed, person) with { Outcome = ProblemCodes.Unauthorized.Code });
            return Proof.Wrong;
        }

        attempts.Succeeded(attempt);
        if (hasher.IsOutdated(verifier!))
        {
            credentials.Upgrade(person.Id, verifier!, await hasher.CreateAsync(password, cancel));
        }

        return new Proof(person);
    }

    /// <summary>Checks and uses up a code of an app or of a message, or a backup code.</summary>
    /// <param name="asker">The sign-in or session that the code of a message must have been sent for.</param>
    public async Task<(SecondFactorProof Proof, TimeSpan? Wait)> CheckSecondFactorAsync(CodeAsker asker, string code, string network, CancellationToken cancel)
    {
        var personId = asker.PersonId;
        var attempt = new Attempt(AttemptKind.SecondFactor, personId, network);
        if (attempts.Begin(attempt) is { } wait)
        {
            await audit.RecordAsync(AccountEntry.About(AuditActions.SignInLocked, personId) with { Outcome = ProblemCodes.TooManyRequests.Code });
            return (SecondFactorProof.None, wait);
        }

        var proof = await secondFactors.VerifyAsync(personId, code, cancel);
        if (proof == SecondFactorProof.None && phones.Use(asker, code))
        {
            proof = SecondFactorProof.Message;
        }

        if (proof == SecondFactorProof.None)
        {
            await audit.RecordAsync(AccountEntry.About(AuditActions.MfaFailed, personId) with { Outcome = ProblemCodes.Unauthorized.Code });
            return (proof, null);
        }

        attempts.Succeeded(attempt);
        if (proof == SecondFactorProof.BackupCode)
        {
            await audit.RecordAsync(AccountEntry.About(AuditActions.RecoveryCodeUsed, personId));
        }

        return (proof, null);
    }

    /// <summary>After a password or a link was right. With a second factor, an app or a passkey, there is no session yet, only a cookie that asks for it.</summary>
    public async Task<IResult> FirstFactorPassedAsync(HttpContext context, Person person, string? returnTo)
    {
        if (!protection.Of(person.Id).IsProtected)
        {
            return await StartAsync(context, person, hasMfa: false, returnTo);
        }

        var token = links.Create(LinkKind.SecondFactor, new LinkOwner(person.Id, person.Email), OneTimeLinks.SecondFactorLifetime);
        cookies.SecondFactor.Write(context, token, OneTimeLinks.SecondFactorLifetime);
        return SeeOther.To(AccountPaths.SignInCode + ReturnTo.Query(returnTo));
    }

    /// <summary>Who gave the first factor in this browser a short time ago, and has still to give the second.</summary>
    public Person? FindWaiting(HttpContext context) => PersonOf(links.Find(LinkKind.SecondFactor, cookies.SecondFactor.Read(context)));

    /// <summary>After the second factor was right: the wait is over, once.</summary>
    /// <returns>Null if another request was faster, or it took too long.</returns>
    public async Task<IResult?> SecondFactorPassedAsync(HttpContext context, string? returnTo) =>
        PersonOf(links.Use(LinkKind.SecondFactor, cookies.SecondFactor.Read(context))) is { } person ? await StartAsync(context, person, hasMfa: true, returnTo) : null;

    /// <summary>Opens a session. Its secret is new, whatever the browser had, and the session that it had ends (ASVS 5.0, 7.2.4).</summary>
    public async Task<IResult> StartAsync(HttpContext context, Person person, bool hasMfa, string? returnTo)
    {
        var address = ClientAddress.Of(context);
        if (cookies.Session.Read(context) is { } old && sessions.Check(old, address) is { } before)
        {
            sessions.End(before.Person.PersonId, before.Person.SessionId);
        }

        attempts.Prune();
        cookies.Session.Write(context, sessions.Start(person, hasMfa, address, context.Request.Headers.UserAgent.ToString()).Secret);
        cookies.SecondFactor.Delete(context);
        cookies.Browser.Delete(context);
        await audit.RecordAsync(AccountEntry.By(AuditActions.SignInSucceeded, person) with { Details = [("second_factor", hasMfa)] });
        return SeeOther.To(ReturnTo.Safe(returnTo));
    }

    private Person? PersonOf(LinkOwner? owner) => owner?.PersonId is { } id && people.Find(id) is { SuspendedAt: null } person ? person : null;
}
