using System.Globalization;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault.Passwords;

namespace WorkspaceServer.Features.Accounts.Passwords;

/// <summary>Makes and checks slow hashes, a few at a time: each takes a core and tens of mebibytes for tens of milliseconds.</summary>
internal sealed class PasswordHasher : IDisposable
{
    /// <summary>Callers that may wait for a place. At two hashes of 40 ms at a time the last one waits for about a second.</summary>
    public const int MaxWaiting = 64;

    private readonly AuthOptions options;
    private readonly SemaphoreSlim places;
    private readonly Argon2Cost cost;
    private readonly Lazy<string> nobody;
    private int waiting;

    /// <param name="places">Hashes at the same time; one for each core if not given.</param>
    public PasswordHasher(AuthOptions options, int? places = null)
    {
        this.options = options;
        this.places = new SemaphoreSlim(places ?? Environment.ProcessorCount);
        cost = new Argon2Cost(options.Argon2Mebibytes * 1024, options.Argon2Passes);
        nobody = new Lazy<string>(() => Make(Guid.Empty.ToString()));
    }

    public Task<string> CreateAsync(string password, CancellationToken cancel) => InPlaceAsync(() => Make(password), cancel);

    /// <summary>Whether the password is right. Somebody without one costs the same, so that the time does not tell who exists.</summary>
    public Task<bool> VerifyAsync(string password, string? verifier, CancellationToken cancel) =>
        InPlaceAsync(
            () =>
            {
                var dummy = nobody.Value; // made at the first check, whoever that is
                return Check(password, verifier ?? dummy) && verifier is not null;
            },
            cancel);

    /// <summary>Whether the verifier is of another kind or cost than new ones are.</summary>
    public bool IsOutdated(string verifier) => options.PasswordHash == PasswordHashKind.Argon2id
        ? Argon2.CostOf(verifier) != cost
        : !verifier.StartsWith(string.Create(CultureInfo.InvariantCulture, $"$2b${options.BcryptCost:00}$"), StringComparison.Ordinal);

    /// <summary>New backup codes: parameters for the set, and the hash of each code.</summary>
    public Task<(string Parameters, IReadOnlyList<byte[]> Hashes)> CreateSetAsync(IReadOnlyList<string> codes, CancellationToken cancel) => InPlaceAsync(
        () =>
        {
            var parameters = Argon2.NewParameters(cost);
            return (parameters, (IReadOnlyList<byte[]>)[.. codes.Select(code => Argon2.Derive(code, parameters))]);
        },
        cancel);

    public Task<byte[]> DeriveAsync(string text, string parameters, CancellationToken cancel) => InPlaceAsync(() => Argon2.Derive(text, parameters), cancel);

    public void Dispose() => places.Dispose();

    private string Make(string password) => options.PasswordHash == PasswordHashKind.Argon2id
        ? Argon2.Create(password, cost)
        : BCrypt.Net.BCrypt.HashPassword(password, BCrypt.Net.BCrypt.GenerateSalt(options.BcryptCost, 'b'));

    private static bool Check(string password, string verifier)
    {
        if (verifier.StartsWith(Argon2.Prefix, StringComparison.Ordinal))
        {
            return Argon2.Verify(password, verifier);
        }

        try
        {
            return BCrypt.Net.BCrypt.Verify(password, verifier);
        }
        catch (BCrypt.Net.SaltParseException)
        {
            return false;
        }
    }

    /// <exception cref="ProblemException"><see cref="ProblemCodes.Busy"/>: too many wait already.</exception>
    private async Task<T> InPlaceAsync<T>(Func<T> work, CancellationToken cancel)
    {
        if (Interlocked.Increment(ref waiting) > MaxWaiting)
        {
            Interlocked.Decrement(ref waiting);
            throw new ProblemException(ProblemCodes.Busy, "Too many people sign in at this moment. Try again in a few seconds.");
        }

        try
        {
            await places.WaitAsync(cancel);
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }

        try
        {
            return await Task.Run(work, cancel);
        }
        finally
        {
            places.Release();
        }
    }
}
