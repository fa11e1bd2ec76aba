using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Identity;
using WorkspaceServer.Features.Accounts.People;

namespace WorkspaceServer.Features.Accounts.Passkeys;

/// <summary>What Identity's handler of passkeys asks of a store of people: to find one, and their keys. It changes nothing through here.</summary>
[SuppressMessage("Reliability", "CA1816", Justification = "There is nothing to dispose.")]
internal sealed class PasskeyUsers(PeopleStore people, PasskeyStore passkeys) : IUserPasskeyStore<Person>
{
    /// <summary>Suspended people are not found, so their passkeys open nothing.</summary>
    public Task<Person?> FindByIdAsync(string userId, CancellationToken cancellationToken) =>
        Task.FromResult(people.Find(userId) is { SuspendedAt: null } person ? person : null);

    public Task<string> GetUserIdAsync(Person user, CancellationToken cancellationToken) => Task.FromResult(user.Id);

    public Task<string?> GetUserNameAsync(Person user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.Email);

    public Task<string?> GetNormalizedUserNameAsync(Person user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.Email);

    public Task<IList<UserPasskeyInfo>> GetPasskeysAsync(Person user, CancellationToken cancellationToken) =>
        Task.FromResult<IList<UserPasskeyInfo>>([.. passkeys.KeysOf(user.Id)]);

    /// <summary>Suspended or not: a passkey that somebody has cannot be added once more.</summary>
    public Task<Person?> FindByPasskeyIdAsync(byte[] credentialId, CancellationToken cancellationToken) =>
        Task.FromResult(passkeys.OwnerOf(credentialId) is { } id ? people.Find(id) : null);

    public Task<UserPasskeyInfo?> FindPasskeyAsync(Person user, byte[] credentialId, CancellationToken cancellationToken) =>
        Task.FromResult(passkeys.KeysOf(user.Id, credentialId).SingleOrDefault());

    public void Dispose()
    {
    }

    // The rest of what Identity could ask, and the handler of passkeys does not.
    public Task<Person?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken) => throw Unused();

    public Task SetUserNameAsync(Person user, string? userName, CancellationToken cancellationToken) => throw Unused();

    public Task SetNormalizedUserNameAsync(Person user, string? normalizedName, CancellationToken cancellationToken) => throw Unused();

    public Task<IdentityResult> CreateAsync(Person user, CancellationToken cancellationToken) => throw Unused();

    public Task<IdentityResult> UpdateAsync(Person user, CancellationToken cancellationToken) => throw Unused();

    public Task<IdentityResult> DeleteAsync(Person user, CancellationToken cancellationToken) => throw Unused();

    public Task AddOrUpdatePasskeyAsync(Person user, UserPasskeyInfo passkey, CancellationToken cancellationToken) => throw Unused();

    public Task RemovePasskeyAsync(Person user, byte[] credentialId, CancellationToken cancellationToken) => throw Unused();

    private static NotSupportedException Unused() => new("People are changed by their own store.");
}
