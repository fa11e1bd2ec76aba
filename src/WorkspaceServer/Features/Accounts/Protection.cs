using WorkspaceServer.Features.Accounts.Passkeys;
using WorkspaceServer.Features.Accounts.Phones;
using WorkspaceServer.Features.Accounts.SecondFactors;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Accounts;

/// <summary>What an account has besides a password or a mailbox.</summary>
/// <param name="HasApp">An authenticator app.</param>
/// <param name="BackupCodes">Unused ones.</param>
/// <param name="HasPhone">A number for codes by message. It protects, too, while the server sends none: then backup codes are the way in.</param>
internal sealed record Protected(bool HasApp, int Passkeys, int BackupCodes, bool HasPhone = false)
{
    /// <summary>A password alone does not open it.</summary>
    public bool IsProtected => HasApp || Passkeys > 0 || HasPhone;

    /// <summary>There is something to type: a code of the app or of a message, or a backup code.</summary>
    public bool TakesCode => HasApp || HasPhone || (Passkeys > 0 && BackupCodes > 0);

    /// <summary>Says which codes this person can have.</summary>
    /// <param name="mayBeSent">Whether the server sends codes to their phone.</param>
    public string WhichCodes(bool mayBeSent) => (HasApp, HasPhone && mayBeSent, BackupCodes > 0) switch
    {
        (true, true, true) => T["Six digits from your authenticator app or from the message to your phone, or one of your backup codes."],
        (true, true, false) => T["Six digits from your authenticator app or from the message to your phone."],
        (true, false, true) => T["Six digits from your authenticator app, or one of your backup codes."],
        (true, false, false) => T["Six digits from your authenticator app."],
        (false, true, true) => T["Six digits from the message to your phone, or one of your backup codes."],
        (false, true, false) => T["Six digits from the message to your phone."],
        (false, false, true) => T["One of your backup codes."],
        _ => T["This server sends no messages now, and no backup code is left. Whoever runs it can help."],
    };
}

/// <summary>Knows what stands between somebody's stolen password and their account.</summary>
internal sealed class Protection(SecondFactorKeeper secondFactors, PasskeyStore passkeys, PhoneStore phones)
{
    public Protected Of(string personId) => new(secondFactors.IsEnrolled(personId), passkeys.Count(personId), secondFactors.CountBackupCodes(personId), phones.Has(personId));

    /// <summary>Whether this session was opened with less than the account has: such a one changes nothing about how its owner signs in.</summary>
    public bool IsShortOf(SignedIn person) => !person.HasMfa && Of(person.PersonId).IsProtected;

    /// <summary>Takes all of it away, for somebody who lost it.</summary>
    /// <returns>Whether there was anything.</returns>
    public bool Remove(string personId)
    {
        var had = secondFactors.Remove(personId);
        had |= phones.Remove(personId);
        return passkeys.Remove(personId, id: null) > 0 || had;
    }
}
