using WorkspaceServer.Testing;
using WorkspaceServer.Tests.Architecture;
using Xunit;

namespace WorkspaceServer.Tests.House;

/// <summary>ops/test.sh adds up what test programs report, and trusts no program that broke. The programs here are stand-ins.</summary>
public sealed class TestRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TestRunTests()
    {
        _folder.Write("ops/test.sh", File.ReadAllText(Repository.PathOf("ops/test.sh")), executable: true);
        _folder.Write("bin/dotnet", "#!/bin/bash\nexit ${BUILD_EXIT_CODE:-0}\n", executable: true);
    }

    [Fact]
    public async Task PassedFailedAndSkippedAreAddedUp()
    {
        Project("One", passed: 3, failed: 0, skipped: 1, errors: 0, exitCode: 0);
        Project("WorkspaceServer.EndToEnd", passed: 4, failed: 2, skipped: 0, errors: 1, exitCode: 1);

        var run = await RunAsync();

        Assert.Equal("7 passed, 3 failed, 1 skipped", LastLine(run));
        Assert.Equal(1, run.ExitCode);
        Assert.Equal("7 passed, 3 failed, 1 skipped\n", File.ReadAllText(Path.Combine(_folder.Path, "artifacts/test-results/summary")));
    }

    [Fact]
    public async Task AllPassed()
    {
        Project("WorkspaceServer.EndToEnd", passed: 4, failed: 0, skipped: 0, errors: 0, exitCode: 0);

        var run = await RunAsync();

        Assert.Equal("4 passed, 0 failed, 0 skipped", LastLine(run));
        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public async Task NoTestAtAllIsAFailure()
    {
        Project("WorkspaceServer.EndToEnd", passed: 0, failed: 0, skipped: 2, errors: 0, exitCode: 0);

        var run = await RunAsync();

        Assert.Equal("0 passed, 0 failed, 2 skipped", LastLine(run));
        Assert.Equal(1, run.ExitCode);
    }

    [Theory]
    [InlineData(134, true)]
    [InlineData(134, false)]
    public async Task AProgramThatBreaksCountsAsAFailure(int exitCode, bool writesResults)
    {
        Project("One", passed: 9, failed: 0, skipped: 0, errors: 0, exitCode: 0);
        Project("WorkspaceServer.EndToEnd", passed: 5, failed: 0, skipped: 0, errors: 0, exitCode, writesResults);

        var run = await RunAsync();

        Assert.Equal($"{(writesResults ? 14 : 9)} passed, 1 failed, 0 skipped", LastLine(run));
        Assert.Contains("exit code 134", run.Output, StringComparison.Ordinal);
        Assert.Equal(1, run.ExitCode);
    }

    [Fact]
    public async Task NothingRunsAfterAFailedBuild()
    {
        Project("WorkspaceServer.EndToEnd", passed: 5, failed: 0, skipped: 0, errors: 0, exitCode: 0);

        var run = await RunAsync(new() { ["BUILD_EXIT_CODE"] = "1" });

        Assert.Equal(2, run.ExitCode);
        Assert.DoesNotContain("passed", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task APartOfTheTestsLeavesTheFullResultsAlone()
    {
        Project("WorkspaceServer.EndToEnd", passed: 5, failed: 0, skipped: 0, errors: 0, exitCode: 0);
        await RunAsync();
        await RunAsync(null, "--only", "A48");
        var full = Path.Combine(_folder.Path, "artifacts/test-results/WorkspaceServer.EndToEnd.args");

        Assert.DoesNotContain("claim", File.ReadAllText(full), StringComparison.Ordinal);
        Assert.Contains("-trait claim=A48", File.ReadAllText(full.Replace("test-results", "test-results-part", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static string LastLine(Script run) => run.Output.TrimEnd('\n').Split('\n')[^1];

    private void Project(string name, int passed, int failed, int skipped, int errors, int exitCode, bool writesResults = true)
    {
        _folder.Write($"tests/{name}/{name}.csproj", "<OutputType>Exe</OutputType> <PackageReference Include=\"xunit.v3\" />");
        var results = $"""<assemblies><assembly errors="{errors}" failed="{failed}" not-run="0" passed="{passed}" skipped="{skipped}" total="99"><test passed="1000"/></assembly></assemblies>""";
        _folder.Write($"artifacts/bin/{name}/release/{name}", $"""
            #!/bin/bash
            all="$*"
            while [ "$1" != -result-xml ]; do shift; done
            echo "$all" >"$(dirname "$2")/{name}.args"
            {(writesResults ? "" : "exit " + exitCode)}
            echo '{results}' >"$2"
            exit {exitCode}

            """, executable: true);
    }

    private Task<Script> RunAsync(Dictionary<string, string>? environment = null, params string[] arguments) =>
        Script.RunAsync(_folder.Path, Path.Combine(_folder.Path, "ops/test.sh"), arguments, new(environment ?? [])
        {
            ["PATH"] = Path.Combine(_folder.Path, "bin") + ":" + Environment.GetEnvironmentVariable("PATH"),
        });
}
