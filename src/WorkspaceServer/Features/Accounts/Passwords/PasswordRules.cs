using System.Text;
using WorkspaceServer.Hosting;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Accounts.Passwords;

/// <summary>Which passwords are taken: long ones that nobody guesses first. No rule about kinds of characters (NIST SP 800-63B, section 3.1.1.2).</summary>
internal static class PasswordRules
{
    /// <summary>Shortest and longest, in characters.</summary>
    public const int MinLength = 12;
    public const int MaxLength = 128;

    /// <summary>bcrypt reads no further than this, in bytes of UTF-8.</summary>
    public const int MaxBcryptBytes = 72;

    /// <summary>What has to be left of a password without the person's own name and address.</summary>
    private const int MinOwnCharacters = 8;

    /// <summary>A password that repeats a piece of up to this length says no more than the piece.</summary>
    private const int MaxRepeatedPiece = 4;

    private const string CommonList = "common-passwords.txt";

    private static readonly Lazy<IReadOnlySet<string>> Common = new(ReadCommon);

    /// <summary>What is wrong with a new password, as a sentence; null if nothing is.</summary>
    public static string? Fault(string password, string email, string name, PasswordHashKind kind)
    {
        if (password.Length < MinLength)
        {
            return T["Use at least {0} characters. A few words in a row are good.", MinLength];
        }

        if (password.Length > MaxLength || (kind == PasswordHashKind.Bcrypt && Encoding.UTF8.GetByteCount(password) > MaxBcryptBytes))
        {
            return T["Use at most {0} characters.", (kind == PasswordHashKind.Bcrypt ? MaxBcryptBytes : MaxLength)];
        }

        var lower = password.ToLowerInvariant();
        if (Common.Value.Contains(lower) || Repeats(lower))
        {
            return T["Many people use this password, so it is guessed first. Choose another."];
        }

        return IsAbout(lower, email, name) ? T["This password is mostly your own name or address. Choose another."] : null;
    }

    private static bool Repeats(string text) => Enumerable.Range(1, MaxRepeatedPiece)
        .Any(length => Enumerable.Range(length, text.Length - length).All(i => text[i] == text[i - length]));

    private static bool IsAbout(string lower, string email, string name)
    {
        var key = EmailAddress.KeyOf(email);
        string[] own = [key, .. key.Split('@', '.'), .. name.ToLowerInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        var rest = own.Where(word => word.Length > 2).OrderByDescending(word => word.Length)
            .Aggregate(lower, (left, word) => left.Replace(word, "", StringComparison.Ordinal));
        return rest.Length < lower.Length && rest.Length < MinOwnCharacters;
    }

    private static HashSet<string> ReadCommon()
    {
        using var reader = new StreamReader(typeof(PasswordRules).Assembly.GetManifestResourceStream(CommonList)!);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(line => line[0] != '#')];
    }
}
