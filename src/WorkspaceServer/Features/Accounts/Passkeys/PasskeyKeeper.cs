using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Accounts.Sessions;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault.Tokens;

namespace WorkspaceServer.Features.Accounts.Passkeys;

/// <summary>Adds, checks and takes away passkeys. WebAuthn itself is done by the handler of ASP.NET Core Identity (decisions/0011 and 0020).</summary>
/// <remarks>
/// The device asks for a finger, a face or a PIN each time (user verification is required), so that a passkey is something one has and
/// something one is or knows: it counts as both steps. A challenge is kept here and not in the browser, and is used up by its first answer.
/// </remarks>
internal sealed class PasskeyKeeper
{
    /// <summary>Most passkeys of one person.</summary>
    public const int MaxKeys = 20;

    /// <summary>Longest name of a passkey, in characters.</summary>
    public const int MaxNameLength = 60;

    /// <summary>Longest answer of a device that is looked at, in characters.</summary>
    public const int MaxAnswerLength = 12 * 1024;

    /// <summary>How long a challenge waits for its answer.</summary>
    public static readonly TimeSpan ChallengeLifetime = TimeSpan.FromMinutes(5);

    private readonly PasskeyStore store;
    private readonly AccountCookies cookies;
    private readonly PublicAddress address;
    private readonly ServerOptions server;
    private readonly TimeProvider clock;
    private readonly PasskeyHandler<Person> handler;

    public PasskeyKeeper(PasskeyStore store, PeopleStore people, AccountCookies cookies, PublicAddress address, ServerOptions server, TimeProvider clock)
    {
        (this.store, this.cookies, this.address, this.server, this.clock) = (store, cookies, address, server, clock);
        handler = new PasskeyHandler<Person>(
            new UserManager<Person>(
                new PasskeyUsers(people, store), Options.Create(new IdentityOptions()), null!, [], [], null!, new IdentityErrorDescriber(), null!, NullLogger<UserManager<Person>>.Instance),
            Options.Create(new IdentityPasskeyOptions
            {
                AuthenticatorTimeout = ChallengeLifetime,
                UserVerificationRequirement = "required",
                ResidentKeyRequirement = "required",
                // Who made the device tells nothing that is used here, and would tell it apart from others.
                AttestationConveyancePreference = "none",
                // On trial the server has no public name; the Host was checked before to be one of ours.
                ServerDomain = server.PublicUrl.Length > 0 ? address.Host : null,
                ValidateOrigin = context => ValueTask.FromResult(IsOurs(context)),
            }));
    }

    public bool Has(string personId) => store.Count(personId) > 0;

    public int Count(string personId) => store.Count(personId);

    public IReadOnlyList<Passkey> List(string personId) => store.List(personId);

    /// <summary>What the browser needs to make a passkey for this person.</summary>
    public async Task<string> BeginAddAsync(HttpContext context, SignedIn person)
    {
        var entity = new PasskeyUserEntity { Id = person.PersonId, Name = person.Email, DisplayName = person.Name.Length > 0 ? person.Name : person.Email };
        var options = await handler.MakeCreationOptionsAsync(entity, context);
        return Keep(context, ChallengeKind.Add, person.PersonId, options.AttestationState!, options.CreationOptionsJson);
    }

    /// <summary>Adds what the device answered.</summary>
    /// <returns>False if the answer is no good, answers no challenge of this browser, or the person has enough.</returns>
    public async Task<bool> AddAsync(HttpContext context, SignedIn person, string answer, string name)
    {
        if (Use(context, ChallengeKind.Add, person.PersonId) is not { } state)
        {
            return false;
        }

        var result = await handler.PerformAttestationAsync(new PasskeyAttestationContext { HttpContext = context, CredentialJson = answer, AttestationState = state });
        return result.Succeeded
            && store.Add(Guid.CreateVersion7(clock.GetUtcNow()).ToString("n"), person.PersonId, name, AtOurTime(result.Passkey), MaxKeys);
    }

    /// <summary>What the browser needs to ask for a passkey.</summary>
    /// <param name="personId">Whose; null for whoever it is.</param>
    public async Task<string> BeginAsync(HttpContext context, string? personId, PeopleStore people)
    {
        var options = await handler.MakeRequestOptionsAsync(personId is null ? null : people.Find(personId), context);
        return Keep(context, personId is null ? ChallengeKind.SignIn : ChallengeKind.StepUp, personId, options.AssertionState!, options.RequestOptionsJson);
    }

    /// <summary>Checks what the device answered.</summary>
    /// <param name="personId">Who must have answered; null for whoever it was.</param>
    /// <returns>Null if the answer is no good, or answers no challenge of this browser; why stays ours.</returns>
    public async Task<Person?> CheckAsync(HttpContext context, string? personId, string answer)
    {
        if (Use(context, personId is null ? ChallengeKind.SignIn : ChallengeKind.StepUp, personId) is not { } state)
        {
            return null;
        }

        var result = await handler.PerformAssertionAsync(new PasskeyAssertionContext { HttpContext = context, CredentialJson = answer, AssertionState = state });
        if (!result.Succeeded || (personId is not null && result.User.Id != personId))
        {
            return null;
        }

        store.Used(result.User.Id, result.Passkey, clock.GetUtcNow());
        return result.User;
    }

    /// <inheritdoc cref="PasskeyStore.Rename"/>
    public bool Rename(string personId, string id, string name) => store.Rename(personId, id, name);

    /// <returns>False if the person has no such passkey.</returns>
    public bool Remove(string personId, string id) => store.Remove(personId, id) == 1;

    private string Keep(HttpContext context, ChallengeKind kind, string? personId, string state, string options)
    {
        var secret = SecretToken.Create(SecretToken.LinkPrefix);
        SecretToken.TryHash(SecretToken.LinkPrefix, secret, out var sha256);
        var now = clock.GetUtcNow();
        store.AddChallenge(sha256!, kind, personId, state, now, now + ChallengeLifetime);
        cookies.Passkey.Write(context, secret, ChallengeLifetime);
        return options;
    }

    private string? Use(HttpContext context, ChallengeKind kind, string? personId)
    {
        var secret = cookies.Passkey.Read(context);
        cookies.Passkey.Delete(context);
        return SecretToken.TryHash(SecretToken.LinkPrefix, secret, out var sha256) ? store.UseChallenge(sha256, kind, personId, clock.GetUtcNow()) : null;
    }

    /// <summary>Not from a frame in somebody else's page, and from an address of ours.</summary>
    private bool IsOurs(PasskeyOriginValidationContext context) => !context.CrossOrigin
        && context.Origin == (server.PublicUrl.Length > 0 ? address.Origin : $"{context.HttpContext.Request.Scheme}://{context.HttpContext.Request.Host}");

    // The handler goes by the machine's clock.
    private UserPasskeyInfo AtOurTime(UserPasskeyInfo key) => new(
        key.CredentialId, key.PublicKey, clock.GetUtcNow(), key.SignCount, key.Transports, key.IsUserVerified, key.IsBackupEligible, key.IsBackedUp, [], []);
}
