using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol.Server;
using WorkspaceServer.Tests.Architecture;
using WorkspaceServer.Tests.Mcp;
using Xunit;

namespace WorkspaceServer.Tests.Docs;

/// <summary>Every tool has its threats written down, with tests that exist.</summary>
public sealed partial class ThreatsTests(McpFixture fixture) : IClassFixture<McpFixture>
{
    private static readonly string Text = File.ReadAllText(Repository.PathOf("src/THREATS.md"));

    [Fact]
    [Trait("claim", "C37")]
    public void EveryToolHasItsThreats()
    {
        var tools = fixture.Server.Services.GetServices<McpServerTool>().Select(tool => tool.ProtocolTool.Name).Order(StringComparer.Ordinal).ToArray();
        var written = Rows("## Tools").Select(cells => cells[0]).Distinct().Order(StringComparer.Ordinal);

        Assert.Equal(tools, written);
    }

    [Fact]
    [Trait("claim", "C37")]
    public void EveryProofIsATestOfThisRepository()
    {
        var proofs = Rows("## Tools").Concat(Rows("## Ways in")).SelectMany(cells => cells[3].Split(", ")).Distinct().ToArray();

        Assert.NotEmpty(proofs);
        Assert.DoesNotContain(proofs, proof => !Repository.Files.Any(file => Path.GetFileName(file) == proof + ".cs"));
    }

    [Fact]
    [Trait("claim", "A111")]
    public void TheReadmeSaysWhatItDoesNotDefendAgainst() =>
        Assert.Contains("not end-to-end encrypted", File.ReadAllText(Repository.PathOf("README.md")), StringComparison.Ordinal);

    /// <summary>A shipped text must not claim a certificate that nobody gave.</summary>
    [Fact]
    [Trait("claim", "A112")]
    public void NoTextClaimsACertificate() => Assert.Empty(Repository.FilesUnder("src", ".md", ".razor", ".cs")
        .Concat(Repository.FilesUnder("ops", ".md")).Append(new SourceFile("README.md", File.ReadAllText(Repository.PathOf("README.md"))))
        .Where(file => Certificate().IsMatch(file.Text)).Select(file => file.Path));

    [Theory]
    [InlineData("We are SOC 2 certified.", true)]
    [InlineData("compliant with ISO 27001", true)]
    [InlineData("The drill signs a certificate.", false)]
    public void AClaimOfACertificateIsFound(string text, bool found) => Assert.Equal(found, Certificate().IsMatch(text));

    private static IEnumerable<string[]> Rows(string heading) => Text.Split(heading)[1].Split("\n## ")[0].Split('\n')
        .Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1)
        .Select(line => line.Trim('|', ' ').Split(" | "));

    [GeneratedRegex(@"(certified|compliant|compliance|conforms)\W+(\w+\W+){0,3}(SOC ?2|ISO ?27|HIPAA|PCI)|(SOC ?2|ISO ?27\d+|HIPAA|PCI(-DSS)?)\W+(\w+\W+){0,2}(certified|compliant)", RegexOptions.IgnoreCase)]
    private static partial Regex Certificate();
}
