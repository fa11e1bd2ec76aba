using System.Text.RegularExpressions;
using Xunit;

namespace WorkspaceServer.Tests.Architecture;

/// <summary>A test names only claims that exist.</summary>
public sealed partial class ClaimIdsTests
{
    [Fact]
    public void EveryClaimThatATestNamesExists()
    {
        var claims = Listed().Matches(File.ReadAllText(Repository.PathOf("tests/CLAIMS.md"))).Select(match => match.Groups[1].Value).ToHashSet();
        var named = Repository.FilesUnder("tests/", ".cs")
            .SelectMany(file => Named().Matches(file.Text).Select(match => (file.Path, Id: match.Groups[1].Value))).ToList();

        Assert.True(claims.Count > 300, $"only {claims.Count} claims are listed");
        Assert.NotEmpty(named);
        Assert.DoesNotContain(named, test => !claims.Contains(test.Id));
    }

    [GeneratedRegex(@"^\| ([A-E]\d+) \|", RegexOptions.Multiline)]
    private static partial Regex Listed();

    [GeneratedRegex(@"\[(?:Fact|Theory|assembly)?[^\]]*Trait\(""claim"", ""([^""]*)""\)")]
    private static partial Regex Named();
}
