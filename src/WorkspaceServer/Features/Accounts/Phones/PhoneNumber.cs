using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace WorkspaceServer.Features.Accounts.Phones;

/// <summary>Numbers as in E.164: a plus, the country, and up to 15 digits in all.</summary>
internal static partial class PhoneNumber
{
    /// <summary>Longest number with whatever people put between its digits, in characters.</summary>
    public const int MaxTypedLength = 40;

    private const int ShownDigits = 2;

    public static bool TryParse(string typed, [NotNullWhen(true)] out string? number)
    {
        number = typed.Length > MaxTypedLength ? "" : string.Concat(typed.Where(c => c is not (' ' or '-' or '(' or ')' or '.')));
        number = Shape().IsMatch(number) ? number : null;
        return number is not null;
    }

    /// <summary>Enough for its owner to know which it is, and for nobody else.</summary>
    public static string Masked(string number) => "••••" + number[^ShownDigits..];

    [GeneratedRegex(@"^\+[1-9][0-9]{6,14}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Shape();
}
