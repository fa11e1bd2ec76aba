using WorkspaceServer.Commands;
using WorkspaceServer.Tests.Architecture;
using WorkspaceServer.Tests.Inventory;
using Xunit;

namespace WorkspaceServer.Tests.Docs;

public sealed class OperatorReferenceTests
{
    private static readonly string File = Repository.PathOf("ops/reference.md");

    [Fact]
    [Trait("claim", "E13")]
    public async Task TheReferenceIsWhatTheCodeSays()
    {
        await using var server = new MappedServer();
        var current = OperatorReference.Write(Composition.AllSections(), server.Limits);
        if (Environment.GetEnvironmentVariable("UPDATE_REFERENCE") is not null)
        {
            await System.IO.File.WriteAllTextAsync(File, current, TestContext.Current.CancellationToken);
        }

        Assert.Equal(current, await System.IO.File.ReadAllTextAsync(File, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task EveryVerbAndSettingSaysWhatItIs()
    {
        await using var server = new MappedServer();
        var lines = OperatorReference.Write(Composition.AllSections(), server.Limits).Split('\n').Where(line => line.StartsWith('|') && !line.StartsWith("|--", StringComparison.Ordinal)).ToArray();

        Assert.True(lines.Length > 40);
        Assert.All(lines, line => Assert.DoesNotContain("|  |", line, StringComparison.Ordinal));
    }
}
