using System.Security.Cryptography;
using System.Text;

namespace WorkspaceServer.Features.Backups.Keys;

/// <summary>What a restore needs, as a page for paper. No secret stands on it.</summary>
internal sealed record RecoverySheet(string Server, string MasterKeyFile, string MasterKeyFingerprint, string Store, IReadOnlyList<string> Recipients)
{
    // Crockford's alphabet: nobody mistakes one of these for another on paper (crockford.com/base32.html).
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int CodeLength = 8;

    /// <summary>Eight characters that stand on the sheet, as XXXX-XXXX. A sheet that says anything else has others.</summary>
    public string Code
    {
        get
        {
            var text = string.Join('\n', [MasterKeyFingerprint, Store, .. Recipients.Order(StringComparer.Ordinal)]);
            var digest = SHA256.HashData(Encoding.UTF8.GetBytes(text));
            var code = string.Concat(digest.Take(CodeLength).Select(each => Alphabet[each % Alphabet.Length]));
            return $"{code[..(CodeLength / 2)]}-{code[(CodeLength / 2)..]}";
        }
    }

    /// <summary>Whether somebody typed the characters of this sheet, however they wrote them.</summary>
    public bool IsCode(string typed) => Plain(typed) == Plain(Code);

    private static string Plain(string text) => string.Concat(text.ToUpperInvariant().Where(char.IsAsciiLetterOrDigit).Select(letter => letter switch
    {
        'O' => '0',
        'I' or 'L' => '1',
        _ => letter,
    }));
}
