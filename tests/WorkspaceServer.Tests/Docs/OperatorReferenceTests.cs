using WorkspaceServer.Commands;
using WorkspaceServer.Hosting;
using WorkspaceServer.Tests.Architecture;
using Xunit;

namespace WorkspaceServer.Tests.Docs;

public sealed class OperatorReferenceTests
{
    private static readonly string File = Repository.PathOf("ops/reference.md");

    [Fact]
    public void TheReferenceIsWhatTheCodeSays()
    {
        var current = OperatorReference.Write(Sections());
        if (Environment.GetEnvironmentVariable("UPDATE_REFERENCE") is not null)
        {
            System.IO.File.WriteAllText(File, current);
        }

        Assert.Equal(current, System.IO.File.ReadAllText(File));
    }

    [Fact]
    public void EveryVerbAndSettingSaysWhatItIs()
    {
        var lines = OperatorReference.Write(Sections()).Split('\n').Where(line => line.StartsWith('|') && !line.StartsWith("|--", StringComparison.Ordinal)).ToArray();

        Assert.True(lines.Length > 40);
        Assert.All(lines, line => Assert.DoesNotContain("|  |", line, StringComparison.Ordinal));
    }

    private static IEnumerable<OptionsSection> Sections() => Composition.AllSections();
}
