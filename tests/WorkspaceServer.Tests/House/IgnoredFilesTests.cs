using WorkspaceServer.Tests.Architecture;
using Xunit;

namespace WorkspaceServer.Tests.House;

/// <summary>Keys, data, secrets and backups cannot be added to version control by accident.</summary>
public sealed class IgnoredFilesTests
{
    [Theory]
    [Trait("claim", "A35")]
    [InlineData("server.env")]
    [InlineData(".env")]
    [InlineData("ops/install/production.env")]
    [InlineData("keys/master.key")]
    [InlineData("keys/age.txt")]
    [InlineData("data/control.db")]
    [InlineData("data/workspaces/0193b3a2/workspace.db-wal")]
    [InlineData("src/WorkspaceServer/control.db")]
    [InlineData("backups/2026-11-01/control.db.age")]
    [InlineData("workspace.db.age")]
    [InlineData("artifacts/try/keys/master.key")]
    public async Task GitLeavesItAlone(string path)
    {
        var check = await Script.RunAsync(Repository.Root, "git", ["check-ignore", "--no-index", "--quiet", path]);

        Assert.True(check.ExitCode == 0, $"git would add {path}");
    }

    [Theory]
    [InlineData("keys.example/server.env")]
    [InlineData("src/WorkspaceServer/Program.cs")]
    [InlineData("src/WorkspaceServer/Data/Sheet.cs")]
    public async Task GitTakesWhatBelongs(string path)
    {
        var check = await Script.RunAsync(Repository.Root, "git", ["check-ignore", "--no-index", "--quiet", path]);

        Assert.True(check.ExitCode == 1, $"git would ignore {path}");
    }

    [Fact]
    [Trait("claim", "A35")]
    public void OnlyExamplesOfKeysAreTracked() => Assert.DoesNotContain(Repository.Git("ls-files"), path =>
        !path.StartsWith("keys.example/", StringComparison.Ordinal)
        && (path.EndsWith(".env", StringComparison.Ordinal) || path.EndsWith(".key", StringComparison.Ordinal)
            || path.EndsWith(".db", StringComparison.Ordinal) || path.EndsWith(".age", StringComparison.Ordinal)
            || path.StartsWith("keys/", StringComparison.Ordinal) || path.StartsWith("data/", StringComparison.Ordinal)));
}
