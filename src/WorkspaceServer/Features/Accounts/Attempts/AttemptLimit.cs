using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using WorkspaceServer.Hosting.Limits;

namespace WorkspaceServer.Features.Accounts.Attempts;

/// <summary>What is tried. Each kind is counted by itself.</summary>
internal enum AttemptKind
{
    Password,
    SecondFactor,

    /// <summary>Asking for a mail: not a guess, but somebody's mailbox fills up.</summary>
    Mail,
}

/// <summary>One account, tried from one place.</summary>
internal sealed record Attempt(AttemptKind Kind, string Account, string Network)
{
    /// <summary>The address that a request comes from; of IPv6 the network, for a caller has all addresses of it.</summary>
    public static string NetworkOf(HttpContext context) => RateLimits.Address(context).ToString("x", CultureInfo.InvariantCulture);

    // A hash, since what is typed as an address may be anything, even a password in the wrong field.
    public byte[] Key => SHA256.HashData(Encoding.UTF8.GetBytes($"{Kind}\n{Account}\n{Network}"));
}

/// <summary>Slows down guessing: the pause doubles with each try in a row, then comes a long lock.</summary>
/// <remarks>
/// Counted for account and address together: whoever locks an account for themselves locks it for nobody else. Counted before the
/// try and not after it, in one statement, so that tries made at once do not slip through. Accounts that do not exist are counted too.
/// </remarks>
internal sealed class AttemptLimit(AttemptStore attempts, TimeProvider clock)
{
    /// <summary>Tries with a growing pause: 1, 2, 4 and 8 seconds. Each one after them is followed by the long lock.</summary>
    public const int FreeSteps = 4;

    public static readonly TimeSpan LongLock = TimeSpan.FromMinutes(15);

    /// <summary>Tries are forgotten when there was none for this long.</summary>
    public static readonly TimeSpan ForgetAfter = TimeSpan.FromHours(24);

    /// <returns>Null if the try may be made; else how long to wait.</returns>
    public TimeSpan? Begin(Attempt attempt)
    {
        var now = clock.GetUtcNow();
        return attempts.Begin(attempt.Key, now, FreeSteps, LongLock, ForgetAfter) is { } until ? until - now : null;
    }

    /// <summary>It was right: those before it were mistakes, not guesses.</summary>
    public void Succeeded(Attempt attempt) => attempts.Forget(attempt.Key);

    public void Prune() => attempts.ForgetBefore(clock.GetUtcNow() - ForgetAfter);
}
