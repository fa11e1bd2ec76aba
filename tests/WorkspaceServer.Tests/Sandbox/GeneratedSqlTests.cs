using System.Globalization;
using Xunit;

namespace WorkspaceServer.Tests.Sandbox;

/// <summary>Statements from a grammar, under the same rules as the written ones.</summary>
[Collection(AloneCollection.Name)]
public sealed class GeneratedSqlTests(HostileYard yard) : IClassFixture<HostileYard>
{
    private const int DefaultCount = 2000;
    private const int Seed = 20260728;
    private const int AtOnce = 2;
    private const int InGroup = 20;

    /// <summary>More statements, or others: ATTACK_STATEMENTS=50000 ATTACK_SEED=7.</summary>
    [Fact]
    [Trait("claim", "A79")]
    public async Task GeneratedStatementsChangeAndShowNothing()
    {
        var grammar = new StatementGrammar(Setting("ATTACK_SEED", Seed));
        var statements = Enumerable.Range(1, Setting("ATTACK_STATEMENTS", DefaultCount))
            .Select(number => new Statement("generated", Expected.Any, number, grammar.Next())).ToArray();

        var complaints = string.Join('\n', await yard.ComplaintsAsync(statements, AtOnce, InGroup));

        Assert.True(complaints.Length == 0, complaints);
        // Most go wrong, but a corpus of which nothing runs would prove nothing.
        Assert.InRange(yard.Answered, statements.Length / 10, statements.Length);
    }

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
