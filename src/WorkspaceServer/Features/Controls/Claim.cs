using System.Reflection;
using System.Text.RegularExpressions;

namespace WorkspaceServer.Features.Controls;

/// <summary>One claim of tests/CLAIMS.md with the tests that carry its id, as they were when this program was built.</summary>
/// <param name="Kind">SW, OPS and DOC can be proved by tests; POL is policy or law, NA does not apply.</param>
/// <param name="Criterion">How one would see that it holds.</param>
/// <param name="Tests">Names of the files of tests; empty if no test carries the id.</param>
internal sealed partial record Claim(string Id, string Kind, string Criterion, IReadOnlyList<string> Tests)
{
    /// <summary>In the order of the claims. Both lists are put into the program by the build.</summary>
    public static IReadOnlyList<Claim> All { get; } = Read();

    /// <summary>Whether a test can prove it at all.</summary>
    public bool CanBeProved => Kind is not ("POL" or "NA");

    private static Claim[] Read()
    {
        var tests = Proof().Matches(TextOf("claims-of-tests.txt")).SelectMany(match => Named().Matches(match.Value).Select(claim => (Id: claim.Groups[1].Value, File: match.Groups[1].Value)))
            .ToLookup(each => each.Id, each => each.File);
        return [.. Line().Matches(TextOf("claims.md")).Select(match => new Claim(
            match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value.Trim(), [.. tests[match.Groups[1].Value].Distinct().Order(StringComparer.Ordinal)]))];
    }

    private static string TextOf(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} is not embedded.");
        using var text = new StreamReader(stream);
        return text.ReadToEnd();
    }

    [GeneratedRegex(@"^\| ([A-E]\d+) \| (SW|OPS|DOC|POL|NA) \| [^|]* \| (.*) \|\r?$", RegexOptions.Multiline)]
    private static partial Regex Line();

    /// <summary>A line of grep: the file, and what stands in it.</summary>
    [GeneratedRegex(@"^(?:[^:]*/)?([^:/]+)\.cs:.*$", RegexOptions.Multiline)]
    private static partial Regex Proof();

    [GeneratedRegex("""Trait\("claim", "([A-E]\d+)"\)""")]
    private static partial Regex Named();
}
