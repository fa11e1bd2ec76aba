using Xunit;

namespace WorkspaceServer.Tests.Sandbox;

/// <summary>Whatever a caller writes: no byte changes, nothing hidden shows, it ends in time and memory, and the next question works.</summary>
[Collection(AloneCollection.Name)]
public sealed class HostileSqlTests(HostileYard yard) : IClassFixture<HostileYard>
{
    private const int AtOnce = 4;

    public static TheoryData<string> Families =>
        [.. HostileStatements.Read("hostile.sql").Where(statement => statement.Expected != Expected.Bounded).Select(statement => statement.Family).Distinct()];

    public static TheoryData<string> Bombs =>
        [.. HostileStatements.Read("hostile.sql").Where(statement => statement.Expected == Expected.Bounded).Select(statement => statement.Family).Distinct()];

    [Theory]
    [MemberData(nameof(Families))]
    [Trait("claim", "A79")]
    public async Task HostileStatementsChangeAndShowNothing(string family)
    {
        var statements = yard.Statements.Where(statement => statement.Family == family && statement.Expected != Expected.Bounded).ToArray();

        Assert.NotEmpty(statements);
        var complaints = string.Join('\n', await yard.ComplaintsAsync(statements));
        Assert.True(complaints.Length == 0, complaints);
    }

    [Theory]
    [MemberData(nameof(Bombs))]
    [Trait("claim", "A79")]
    public async Task BombsEndInTimeAndMemory(string family)
    {
        var statements = yard.Statements.Where(statement => statement.Family == family && statement.Expected == Expected.Bounded).ToArray();

        Assert.NotEmpty(statements);
        var complaints = string.Join('\n', await yard.ComplaintsAsync(statements, AtOnce));
        Assert.True(complaints.Length == 0, complaints);
    }

    [Fact]
    public void TheCorpusIsLarge() => Assert.True(yard.Statements.Count >= 600, $"{yard.Statements.Count} statements");
}
