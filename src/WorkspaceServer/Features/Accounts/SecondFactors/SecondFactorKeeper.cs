using System.Security.Cryptography;
using System.Text;
using WorkspaceServer.Control;
using WorkspaceServer.Features.Accounts.Passwords;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault.Keys;

namespace WorkspaceServer.Features.Accounts.SecondFactors;

/// <param name="Secret">For typing it in where no camera is at hand.</param>
public sealed record TotpEnrolment(string Secret, QrCode Picture);

/// <summary>How a second factor was proved.</summary>
internal enum SecondFactorProof
{
    None,
    App,
    BackupCode,

    /// <summary>A code by short message.</summary>
    Message,
}

/// <summary>Sets up, checks and takes away authenticator apps and backup codes.</summary>
internal sealed class SecondFactorKeeper(SecondFactorStore store, PasswordHasher hasher, MasterKey master, PublicAddress address, TimeProvider clock) : IDisposable
{
    /// <summary>Backup codes of one set.</summary>
    public const int BackupCodeCount = 10;

    /// <summary>How long a shown key waits for its first code.</summary>
    public static readonly TimeSpan PendingLifetime = TimeSpan.FromMinutes(30);

    // 16 characters of 32 are 80 bits; without the four that are mistaken for others (Crockford's base 32).
    private const int BackupCodeLength = 16;
    private const string BackupCodeAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const string SealPurpose = "totp-key";
    private readonly SealingKey sealing = new(master, SealPurpose);

    /// <summary>Seals every app's key under a master key that takes the place of the present one.</summary>
    public static void Reseal(ControlConnection connection, MasterKey from, MasterKey to)
    {
        using var before = new SealingKey(from, SealPurpose);
        using var after = new SealingKey(to, SealPurpose);
        SecondFactorStore.Reseal(connection, (key, person) => before.Reseal(key, Encoding.ASCII.GetBytes(person), after));
    }

    public bool IsEnrolled(string personId) => store.FindKey(personId) is not null;

    public int CountBackupCodes(string personId) => store.CountBackupCodes(personId);

    /// <summary>The key to put into an app. The same one for a while, so that a page loaded twice shows the same.</summary>
    public TotpEnrolment BeginEnrolment(string personId, string email)
    {
        var now = clock.GetUtcNow();
        var fresh = RandomNumberGenerator.GetBytes(Totp.KeyBytes);
        var key = Open(personId, store.PendingKey(personId, Seal(personId, fresh), now, now - PendingLifetime));
        try
        {
            var secret = Totp.Base32(key);
            return new TotpEnrolment(secret, QrCode.Of(Totp.Uri($"Workspace Server {address.Host}", email, secret)));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(fresh);
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>Makes the shown key the person's own, if the code is the app's.</summary>
    /// <returns>New backup codes, to be shown once; null if the code is wrong.</returns>
    public async Task<IReadOnlyList<string>?> ConfirmEnrolmentAsync(string personId, string code, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        return store.FindPendingKey(personId, now - PendingLifetime) is { } pending
            && FindStep(personId, pending, code) is { } step
            && store.Confirm(personId, pending, step, now)
                ? await NewBackupCodesAsync(personId, cancel)
                : null;
    }

    /// <summary>Checks and uses up what the person typed: a code of their app, or a backup code.</summary>
    public async Task<SecondFactorProof> VerifyAsync(string personId, string typed, CancellationToken cancel)
    {
        var code = new string([.. typed.Where(c => !char.IsWhiteSpace(c) && c != '-')]).ToUpperInvariant();
        if (code.Length == Totp.Digits)
        {
            return store.FindKey(personId) is { } key && FindStep(personId, key, code) is { } step && store.UseStep(personId, key, step)
                ? SecondFactorProof.App
                : SecondFactorProof.None;
        }

        return code.Length == BackupCodeLength
            && store.FindBackupCodeParameters(personId) is { } parameters
            && store.UseBackupCode(personId, await hasher.DeriveAsync(code, parameters, cancel), clock.GetUtcNow())
                ? SecondFactorProof.BackupCode
                : SecondFactorProof.None;
    }

    /// <summary>New codes, to be shown once; the old ones are void.</summary>
    public async Task<IReadOnlyList<string>> NewBackupCodesAsync(string personId, CancellationToken cancel)
    {
        string[] codes = [.. Enumerable.Range(0, BackupCodeCount).Select(_ => RandomNumberGenerator.GetString(BackupCodeAlphabet, BackupCodeLength))];
        var (parameters, hashes) = await hasher.CreateSetAsync(codes, cancel);
        store.SetBackupCodes(personId, parameters, hashes, clock.GetUtcNow());
        return [.. codes.Select(code => string.Join('-', code.Chunk(4).Select(part => new string(part))))];
    }

    /// <inheritdoc cref="SecondFactorStore.Remove"/>
    public bool Remove(string personId) => store.Remove(personId);

    public void Dispose() => sealing.Dispose();

    private long? FindStep(string personId, byte[] sealedKey, string code)
    {
        var key = Open(personId, sealedKey);
        try
        {
            return Totp.FindStep(key, code, clock.GetUtcNow());
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private byte[] Seal(string personId, byte[] key) => sealing.Seal(key, Encoding.ASCII.GetBytes(personId));

    private byte[] Open(string personId, byte[] sealedKey) => sealing.TryOpen(sealedKey, Encoding.ASCII.GetBytes(personId), out var key)
        ? key
        : throw new InvalidOperationException("A TOTP key does not open: it was sealed under another master key, or changed.");
}
