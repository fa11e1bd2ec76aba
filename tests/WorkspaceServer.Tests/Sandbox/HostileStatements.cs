using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace WorkspaceServer.Tests.Sandbox;

/// <summary>What must become of a hostile statement.</summary>
public enum Expected
{
    /// <summary>It is answered with the reason why it does not run.</summary>
    Refused,

    /// <summary>It runs, or runs into a limit; either way it ends in time and within its memory.</summary>
    Bounded,

    /// <summary>It looks like an attack and gives a plain answer that shows nothing.</summary>
    Harmless,

    /// <summary>Nobody knows, since it comes from a generator.</summary>
    Any,
}

/// <param name="Line">Where it stands in its file.</param>
internal sealed record Statement(string Family, Expected Expected, int Line, string Sql)
{
    public override string ToString() => $"line {Line} ({Family}): {(Sql.Length > 200 ? Sql[..200] + "…" : Sql)}";
}

/// <summary>Reads the statement files beside the tests; hostile.sql explains their notation.</summary>
internal static partial class HostileStatements
{
    private const int CharactersOfCode = 4;

    public static IReadOnlyList<Statement> Read(string file, Func<string, string>? substitute = null)
    {
        var (family, expected) = ("", Expected.Harmless);
        var statements = new List<Statement>();
        var lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Sandbox", file));
        for (var i = 0; i < lines.Length; i++)
        {
            if (Heading().Match(lines[i]) is { Success: true } heading)
            {
                family = heading.Groups["family"].Value;
                expected = Enum.Parse<Expected>(heading.Groups["expected"].Value, ignoreCase: true);
            }
            else if (lines[i].Length > 0 && family.Length > 0)
            {
                statements.Add(new Statement(family, expected, i + 1, Expand((substitute ?? (text => text))(lines[i]))));
            }
        }

        return statements;
    }

    private static string Expand(string line) => Unescape(Repeat().Replace(line, match =>
    {
        var repeated = new StringBuilder();
        var (text, between) = (match.Groups["text"].Value, match.Groups["between"].Value);
        for (var i = 1; i <= int.Parse(match.Groups["count"].Value, CultureInfo.InvariantCulture); i++)
        {
            repeated.Append(i == 1 ? "" : between)
                .Append(text.Replace("#", i.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal).Replace("@", (i - 1).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
        }

        return repeated.ToString();
    }));

    private static string Unescape(string text) => Escape().Replace(text, match => match.Value[1] switch
    {
        '0' => "\0",
        'n' => "\n",
        _ => ((char)int.Parse(match.Value.AsSpan(2, CharactersOfCode), NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToString(),
    });

    [GeneratedRegex("^== (?<family>[a-z ]+): (?<expected>[a-z]+)$")]
    private static partial Regex Heading();

    [GeneratedRegex(@"<<(?<count>\d+)\|(?<text>.*?)(\|(?<between>[ ,A-Z]*))?>>")]
    private static partial Regex Repeat();

    [GeneratedRegex(@"(?<!\\)\\(0|n|u[0-9a-f]{4})")]
    private static partial Regex Escape();
}
