using WorkspaceServer.Testing;
using WorkspaceServer.Tests.Architecture;
using Xunit;

namespace WorkspaceServer.Tests.House;

/// <summary>The pre-commit hook in a small repository of its own, with one real test project.</summary>
public sealed class PreCommitHookTests : IAsyncLifetime
{
    private const string TestFile = "tests/WorkspaceServer.Tests/Architecture/SumTests.cs";

    private readonly TemporaryFolder _folder = new();

    public async ValueTask InitializeAsync()
    {
        foreach (var path in new[]
        {
            ".editorconfig", ".gitignore", "src/Directory.Build.props", "src/Directory.Packages.props", "src/BannedSymbols.txt",
            "tests/Directory.Build.props", "ops/test.sh", "ops/hooks/pre-commit", "ops/hooks/secret-scan.sh", "ops/hooks/install.sh",
        })
        {
            var target = Path.Combine(_folder.Path, path);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(Repository.PathOf(path), target);
        }

        _folder.Write("tests/WorkspaceServer.Tests/WorkspaceServer.Tests.csproj", """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><OutputType>Exe</OutputType></PropertyGroup>
              <ItemGroup><PackageReference Include="xunit.v3" /></ItemGroup>
            </Project>
            """);
        await GitAsync("init", "--quiet");
        await GitAsync("config", "user.name", "Nobody");
        await GitAsync("config", "user.email", "nobody@example.org");
        await GitAsync("add", "--all");
        await GitAsync("commit", "--quiet", "--no-verify", "--message", "Start");
        var install = await Script.RunAsync(_folder.Path, Path.Combine(_folder.Path, "ops/hooks/install.sh"), []);
        Assert.Equal(0, install.ExitCode);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    [Trait("claim", "A101")]
    public async Task AFailingTestStopsTheCommit_AndAPassingOneDoesNot()
    {
        _folder.Write(TestFile, SumTest(expected: 5));
        var refused = await CommitAsync();
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("0 passed, 1 failed, 0 skipped", refused.Output + refused.Errors, StringComparison.Ordinal);
        Assert.Contains("pre-commit: tests fail", refused.Errors, StringComparison.Ordinal);

        _folder.Write(TestFile, SumTest(expected: 4));
        var accepted = await CommitAsync();
        Assert.True(accepted.ExitCode == 0, accepted.Output + accepted.Errors);
        Assert.Contains("1 passed, 0 failed, 0 skipped", accepted.Output + accepted.Errors, StringComparison.Ordinal);
        Assert.Equal("2", (await GitAsync("rev-list", "--count", "HEAD")).Output.Trim());
    }

    [Theory]
    [Trait("claim", "A102")]
    [InlineData("ops/notes.txt", "AKIA" + "IOSFODNN7EXAMPLE\n", "a secret seems to be staged")]
    [InlineData("ops/server.env", "WORKSPACE_Public__Port=8080\n", "stay out of version control")]
    [InlineData("keys/master.key", "0123456789abcdef\n", "stay out of version control")]
    [InlineData("src/WorkspaceServer/Odd.cs", "namespace  WorkspaceServer ;\n", "formatting differs")]
    [Trait("claim", "D8")]
    public async Task AnUnfitFileStopsTheCommit(string path, string text, string reason)
    {
        _folder.Write(path, text);

        var refused = await CommitAsync();

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains(reason, refused.Errors, StringComparison.Ordinal);
        Assert.Equal("1", (await GitAsync("rev-list", "--count", "HEAD")).Output.Trim());
    }

    private static string SumTest(int expected) => $$"""
        using Xunit;

        namespace WorkspaceServer.Tests.Architecture;

        public sealed class SumTests
        {
            [Fact]
            public void TwoAndTwo() => Assert.Equal({{expected}}, 2 + 2);
        }

        """;

    private async Task<Script> CommitAsync()
    {
        // --force stands for the person who insists.
        await GitAsync("add", "--all", "--force", "ops", "src", "tests");
        if (Directory.Exists(Path.Combine(_folder.Path, "keys")))
        {
            await GitAsync("add", "--force", "keys");
        }

        return await GitAsync("commit", "--message", "Change");
    }

    private Task<Script> GitAsync(params string[] arguments) => Script.RunAsync(_folder.Path, "git", arguments);
}
