using WorkspaceServer.Testing;
using WorkspaceServer.Tests.Architecture;
using Xunit;

namespace WorkspaceServer.Tests.House;

/// <summary>`make claims` reads results and says what they prove.</summary>
public sealed class ClaimsReportTests
{
    private const string Claims = """
        | # | Kind | P | Acceptance criterion |
        |---|---|---|---|
        | A1 | SW | P1 | Later. |
        | A2 | SW | P0 | Proved by two tests. |
        | A3 | OPS | P0 | One of two tests fails. |
        | A4 | DOC | P0 | No test. |
        | A5 | POL | P0 | Nothing to build. |
        | A6 | SW | P0 | Its only test is skipped. |
        | A7 | SW | P0 | One case of a theory fails. |
        """;

    [Fact]
    public async Task EachClaimIsProvedFailedOrMissing()
    {
        var report = await ReportAsync(Test("Right", "Pass", "A2"), Test("AlsoRight", "Pass", "A2", "A3"), Test("Wrong", "Fail", "A3"),
            Test("Waits", "Skip", "A6"), Test("Cases", "Pass", "A7"), Test("Cases", "Fail", "A7"), Test("Cases", "Pass", "A7"), Test("First", "Pass", "A1"));

        Assert.Equal("""
            A2	PASS	SomeTests.AlsoRight, SomeTests.Right
            A3	FAIL	SomeTests.Wrong
            A4	MISSING	
            A6	MISSING	
            A7	FAIL	SomeTests.Cases
            A1	PASS	SomeTests.First
            2 PASS, 2 FAIL, 2 MISSING of 6 claims

            """, report.Output);
        Assert.Equal(1, report.ExitCode);
    }

    [Fact]
    public async Task MissingAloneIsNoFailure() => Assert.Equal(0, (await ReportAsync(Test("Right", "Pass", "A2"))).ExitCode);

    [Fact]
    public async Task AnIdThatNoClaimHasIsNamed()
    {
        var report = await ReportAsync(Test("Right", "Pass", "A99"));

        Assert.Equal(1, report.ExitCode);
        Assert.Contains("A99", report.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutResultsNothingIsClaimed()
    {
        var report = await ReportAsync();

        Assert.Equal(2, report.ExitCode);
        Assert.Contains("make test", report.Errors, StringComparison.Ordinal);
        Assert.Equal("", report.Output);
    }

    [Fact]
    public async Task ResultsThatAreCutShortAreRefused()
    {
        var report = await ReportAsync(Test("Right", "Pass", "A2") + "<test");

        Assert.Equal(2, report.ExitCode);
        Assert.Contains("cut short", report.Errors, StringComparison.Ordinal);
    }

    private static string Test(string method, string result, params string[] claims) =>
        $"""<test name="x" type="WorkspaceServer.Tests.SomeTests" method="{method}" result="{result}"><traits>"""
        + string.Concat(claims.Select(claim => $"""<trait name="claim" value="{claim}" /><trait name="kind" value="A4" />"""))
        + "</traits></test>";

    private static async Task<Script> ReportAsync(params string[] tests)
    {
        using var folder = new TemporaryFolder();
        var claims = folder.Write("CLAIMS.md", Claims);
        var results = Directory.CreateDirectory(Path.Combine(folder.Path, "results")).FullName;
        if (tests.Length > 0)
        {
            // Two files, as two test projects would leave behind.
            folder.Write("results/A.xml", $"<assemblies><assembly><collection>{string.Concat(tests)}</collection></assembly></assemblies>");
            folder.Write("results/B.xml", "<assemblies><assembly /></assemblies>");
        }

        return await Script.RunAsync(Repository.Root, "dotnet", ["run", "ops/claims.cs", "--", claims, results]);
    }
}
