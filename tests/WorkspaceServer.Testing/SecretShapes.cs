using System.Text.RegularExpressions;

namespace WorkspaceServer.Testing;

/// <summary>Knows what a secret looks like: tokens of this server and of others, private keys, web tokens.</summary>
public static partial class SecretShapes
{
    public static IReadOnlyList<string> In(string text) => [.. Shape().Matches(text).Select(match => match.Value)];

    [GeneratedRegex(@"wsp_[a-z]+_[0-9A-Za-z]{20,}|AGE-SECRET-KEY-1[0-9A-Z]{20,}|-----BEGIN [A-Z0-9 ]*PRIVATE KEY|\beyJ[A-Za-z0-9_\-]{10,}\.[A-Za-z0-9_\-]{10,}|\bAKIA[0-9A-Z]{16}\b|\b[rs]k_(live|test)_[0-9A-Za-z]{16,}|\bwhsec_[0-9A-Za-z+/=]{16,}")]
    private static partial Regex Shape();
}
