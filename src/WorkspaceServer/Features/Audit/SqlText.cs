using System.Security.Cryptography;
using System.Text;

namespace WorkspaceServer.Features.Audit;

/// <summary>What the log keeps of a statement.</summary>
internal sealed class SqlText(AuditOptions options)
{
    /// <summary>Longest text that is kept, in characters.</summary>
    private const int MaxCharacters = 4_000;

    private const int DigestBytes = 8;

    public string Of(string sql) => options.SqlText switch
    {
        SqlTextPolicy.Full => Cut(sql),
        SqlTextPolicy.Digest => "sha256:" + Digest(sql),
        _ => Cut(Redact(sql)),
    };

    /// <summary>A text other than SQL that the caller chose, such as what it searches for.</summary>
    public string OfArgument(string text) => options.SqlText switch
    {
        SqlTextPolicy.Full => Cut(text),
        SqlTextPolicy.Digest => "sha256:" + Digest(text),
        _ => $"({text.Length} characters)",
    };

    /// <summary>The first 8 bytes of the SHA-256 of the text, in hexadecimal.</summary>
    public static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, DigestBytes));

    /// <summary>Replaces every literal by a question mark and drops comments, by SQLite's rules for tokens (its tokenize.c).</summary>
    /// <remarks>A quoted name stays only if it is a plain word: SQLite once took unknown ones for text, and people still write them so.</remarks>
    public static string Redact(string sql)
    {
        var text = new StringBuilder(Math.Min(sql.Length, MaxCharacters) + 16);
        var at = 0;
        while (at < sql.Length && text.Length <= MaxCharacters)
        {
            var start = at;
            switch (sql[at])
            {
                case ' ' or '\t' or '\n' or '\r' or '\f' or '\v':
                    at++;
                    Space(text);
                    break;
                case '-' when Next(sql, at) == '-':
                    at = IndexAfter(sql, "\n", at);
                    Space(text);
                    break;
                case '/' when Next(sql, at) == '*':
                    at = IndexAfter(sql, "*/", at + 2);
                    Space(text);
                    break;
                case '\'':
                    at = EndOfQuoted(sql, at, '\'');
                    text.Append('?');
                    break;
                case '"' or '`':
                    at = EndOfQuoted(sql, at, sql[at]);
                    Name(text, sql[start..at]);
                    break;
                case '[':
                    at = IndexAfter(sql, "]", at);
                    Name(text, sql[start..at]);
                    break;
                case '?' or ':' or '@' or '$' or '#':
                    at = EndOfWord(sql, at + 1);
                    text.Append('?');
                    break;
                case 'x' or 'X' when Next(sql, at) == '\'':
                    at = EndOfQuoted(sql, at + 1, '\'');
                    text.Append('?');
                    break;
                case >= '0' and <= '9':
                case '.' when char.IsAsciiDigit(Next(sql, at)):
                    at = EndOfNumber(sql, at);
                    text.Append('?');
                    break;
                case var letter when IsWord(letter):
                    at = EndOfWord(sql, at);
                    text.Append(sql, start, at - start);
                    break;
                default:
                    text.Append(char.IsControl(sql[at]) ? ' ' : sql[at]);
                    at++;
                    break;
            }
        }

        return text.ToString().Trim();
    }

    private static string Cut(string text) => text.Length <= MaxCharacters ? text : text[..MaxCharacters] + AuditRedaction.CutMark;

    private static void Space(StringBuilder text)
    {
        if (text.Length > 0 && text[^1] != ' ')
        {
            text.Append(' ');
        }
    }

    private static void Name(StringBuilder text, string quoted)
    {
        const int maxName = 64;
        var end = quoted[0] == '[' ? ']' : quoted[0];
        var isPlain = quoted.Length is > 2 and <= maxName && quoted[^1] == end && quoted[1..^1].All(IsWord) && !char.IsAsciiDigit(quoted[1]);
        text.Append(isPlain ? quoted : "\"?\"");
    }

    private static char Next(string sql, int at) => at + 1 < sql.Length ? sql[at + 1] : '\0';

    private static int IndexAfter(string sql, string end, int from) => sql.IndexOf(end, Math.Min(from, sql.Length), StringComparison.Ordinal) is var found and >= 0 ? found + end.Length : sql.Length;

    /// <summary>A doubled quote stands for one; without an end everything that follows belongs to it.</summary>
    private static int EndOfQuoted(string sql, int at, char quote)
    {
        for (at++; at < sql.Length; at++)
        {
            if (sql[at] == quote)
            {
                if (Next(sql, at) != quote)
                {
                    return at + 1;
                }

                at++;
            }
        }

        return at;
    }

    /// <summary>With letters that run into it, which SQLite refuses, and the sign of an exponent.</summary>
    private static int EndOfNumber(string sql, int at)
    {
        while (at < sql.Length && (IsWord(sql[at]) || sql[at] == '.' || (sql[at] is '+' or '-' && sql[at - 1] is 'e' or 'E')))
        {
            at++;
        }

        return at;
    }

    private static int EndOfWord(string sql, int at)
    {
        while (at < sql.Length && IsWord(sql[at]))
        {
            at++;
        }

        return at;
    }

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '$' || c >= 0x80;
}
