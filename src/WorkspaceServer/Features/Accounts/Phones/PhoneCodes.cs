using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using WorkspaceServer.Control;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Sms;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault.Keys;

namespace WorkspaceServer.Features.Accounts.Phones;

/// <summary>Who asks for a code, and from where: a code is good there and nowhere else.</summary>
internal sealed record CodeAsker(string PersonId, byte[] Sha256)
{
    /// <param name="secret">The cookie of a sign-in that waits for its second step.</param>
    public static CodeAsker OfSignIn(string personId, string? secret) => Of(personId, "sign-in", secret ?? "");

    public static CodeAsker OfStepUp(SignedIn person) => Of(person.PersonId, "step-up", person.SessionId);

    /// <summary>For a number that is to be added.</summary>
    public static CodeAsker OfNumber(SignedIn person) => Of(person.PersonId, "number", person.SessionId);

    private static CodeAsker Of(string personId, string purpose, string secret) => new(personId, SHA256.HashData(Encoding.UTF8.GetBytes($"{purpose}\n{personId}\n{secret}")));
}

/// <summary>What became of a code that was asked for.</summary>
/// <param name="Wait">How long to wait, if there were too many.</param>
/// <param name="IsTaken">Whether the message is on its way.</param>
internal sealed record CodeSent(TimeSpan? Wait, bool IsTaken);

/// <summary>Sends and checks codes by short message: six digits, five minutes, five tries, once, and only for the session or sign-in that asked.</summary>
internal sealed partial class PhoneCodes(PhoneStore store, ISmsSender sender, SmsOptions options, MasterKey master, PublicAddress address, AuditLog audit, TimeProvider clock, ILogger<PhoneCodes> log) : IDisposable
{
    public const int Digits = 6;

    public const int MaxTries = 5;

    /// <summary>Messages for one person, and to one number, in 24 hours.</summary>
    public const int MaxPerDay = 10;

    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    /// <summary>Between two messages for one person or to one number.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(60);

    private const string SealPurpose = "phone-number";
    private readonly SealingKey sealing = new(master, SealPurpose);
    private readonly MacKey codes = new(master, "phone-code");
    private readonly MacKey numbers = new(master, "phone-limit");

    /// <summary>Whether messages are sent at all.</summary>
    public bool IsOn => options.IsOn;

    /// <summary>Seals every number under a master key that takes the place of the present one.</summary>
    public static void Reseal(ControlConnection connection, MasterKey from, MasterKey to)
    {
        using var before = new SealingKey(from, SealPurpose);
        using var after = new SealingKey(to, SealPurpose);
        PhoneStore.Reseal(connection, (number, person) => before.Reseal(number, Encoding.ASCII.GetBytes(person), after));
    }

    /// <summary>A person's number as it is shown, and since when they have it; null if they have none.</summary>
    public (string Masked, DateTimeOffset AddedAt)? Find(string personId) =>
        store.Find(personId) is { } found ? (PhoneNumber.Masked(Open(personId, found.Sealed)), found.AddedAt) : null;

    /// <summary>The number as it is shown, if a code can be sent to it; null otherwise.</summary>
    public string? Offered(string personId) => IsOn ? Find(personId)?.Masked : null;

    /// <summary>The number that an open code of this asker was sent to, as it is shown.</summary>
    public string? Pending(CodeAsker asker) =>
        store.FindPending(asker.Sha256, asker.PersonId, MaxTries, clock.GetUtcNow()) is { } number ? PhoneNumber.Masked(Open(asker.PersonId, number)) : null;

    /// <summary>Sends a code to the person's own number.</summary>
    public Task<CodeSent> SendAsync(CodeAsker asker, CancellationToken cancel) => store.Find(asker.PersonId) is { } found
        ? SendAsync(asker, Open(asker.PersonId, found.Sealed), cancel)
        : Task.FromResult(new CodeSent(null, IsTaken: false));

    /// <param name="number">As in E.164.</param>
    public async Task<CodeSent> SendAsync(CodeAsker asker, string number, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var code = RandomNumberGenerator.GetInt32(1_000_000).ToString("D6", CultureInfo.InvariantCulture);
        var row = new PhoneCodeRow(
            asker.Sha256, asker.PersonId, MacOf(asker, code), sealing.Seal(Encoding.ASCII.GetBytes(number), Encoding.ASCII.GetBytes(asker.PersonId)),
            numbers.Compute(Encoding.ASCII.GetBytes(number)), now, now + Lifetime);
        var entry = AccountEntry.About(AuditActions.PhoneCodeSent, asker.PersonId);
        if (store.Begin(row, new PhoneLimits(Pause, MaxPerDay, options.MessagesPerDay), entry) is { } wait)
        {
            return new CodeSent(wait, IsTaken: false);
        }

        try
        {
            // The last line lets a phone fill the code in on this site and on no other (wicg.github.io/sms-one-time-codes).
            await sender.SendAsync(new SmsText(number, $"{code} is your code for {address.Host}. Good for 5 minutes. Give it to nobody.\n\n@{address.Host} #{code}"), cancel);
            return new CodeSent(null, IsTaken: true);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            NotSent(log, error);
            await audit.RecordAsync(entry with { Outcome = ProblemCodes.ProviderUnavailable.Code });
            return new CodeSent(null, IsTaken: false);
        }
    }

    /// <summary>Checks and uses up a code. Every try counts.</summary>
    public bool Use(CodeAsker asker, string typed) =>
        Clean(typed) is { } code && store.Use(asker.Sha256, asker.PersonId, MacOf(asker, code), MaxTries, clock.GetUtcNow());

    /// <summary>With the right code the number that it was sent to is the person's.</summary>
    public bool Add(CodeAsker asker, string typed) =>
        Clean(typed) is { } code && store.Add(asker.Sha256, asker.PersonId, MacOf(asker, code), MaxTries, clock.GetUtcNow(), AccountEntry.About(AuditActions.PhoneAdded, asker.PersonId));

    /// <returns>False if there was none.</returns>
    public async Task<bool> RemoveAsync(string personId)
    {
        var removed = store.Remove(personId);
        if (removed)
        {
            await audit.RecordAsync(AccountEntry.About(AuditActions.PhoneRemoved, personId));
        }

        return removed;
    }

    /// <summary>The number itself, for its owner.</summary>
    public string Open(string personId, byte[] sealedNumber) => sealing.TryOpen(sealedNumber, Encoding.ASCII.GetBytes(personId), out var number)
        ? Encoding.ASCII.GetString(number)
        : throw new InvalidOperationException("A phone number does not open: it was sealed under another master key, or changed.");

    public void Dispose()
    {
        sealing.Dispose();
        codes.Dispose();
        numbers.Dispose();
    }

    private static string? Clean(string typed) =>
        new string([.. typed.Where(c => !char.IsWhiteSpace(c) && c != '-')]) is { Length: Digits } code && code.All(char.IsAsciiDigit) ? code : null;

    // Over whose it is and who asked, too: a row that was moved opens nothing. A million codes are tried in a moment, so a plain hash would hide none.
    private byte[] MacOf(CodeAsker asker, string code) => codes.Compute(Encoding.ASCII.GetBytes($"{Convert.ToHexString(asker.Sha256)}\n{asker.PersonId}\n{code}"));

    // Neither the number nor the code.
    [LoggerMessage(1, LogLevel.Error, "A short message could not be sent. Whoever waits for it was told.")]
    private static partial void NotSent(ILogger logger, Exception error);
}
