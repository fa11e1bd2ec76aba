using System.Globalization;
using System.Text;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Samples;
using Xunit;

namespace WorkspaceServer.Tests.Audit;

public sealed class SqlTextTests
{
    [Theory]
    [Trait("claim", "C6")]
    [InlineData("SELECT name FROM parties WHERE pan = 'AAAPL1234C'", "SELECT name FROM parties WHERE pan = ?")]
    [InlineData("SELECT 'it''s', x'DEADBEEF', X'00'", "SELECT ?, ?, ?")]
    [InlineData("SELECT 1, 1.5, .5, 5., 1e10, 1.5E-7, 0xFF, 1_000, 12abc", "SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?")]
    [InlineData("SELECT a1, t2.b_3 FROM t2", "SELECT a1, t2.b_3 FROM t2")]
    [InlineData("SELECT 1 -- PAN AAAPL1234C\n, 2", "SELECT ? , ?")]
    [InlineData("SELECT/* AAAPL1234C */1", "SELECT ?")]
    [InlineData("SELECT 1 /* AAAPL1234C", "SELECT ?")]
    [InlineData("SELECT 'AAAPL1234C", "SELECT ?")]
    [InlineData("SELECT \"plain_name\", \"Ramesh Kumar\", `a`, [b], [c d]", "SELECT \"plain_name\", \"?\", `a`, [b], \"?\"")]
    [InlineData("SELECT ?1, :name, @x, $y", "SELECT ?, ?, ?, ?")]
    [InlineData("SELECT a->>'$.b' FROM t WHERE a BETWEEN -5 AND +6", "SELECT a->>? FROM t WHERE a BETWEEN -? AND +?")]
    [InlineData("SELECT\t*\r\n  FROM  t", "SELECT * FROM t")]
    [InlineData("", "")]
    public void LiteralsBecomeQuestionMarks(string sql, string redacted) => Assert.Equal(redacted, SqlText.Redact(sql));

    [Fact]
    [Trait("claim", "C6")]
    public void NoLiteralSurvivesInGeneratedStatements()
    {
        var random = new SeededRandom(23);
        for (var i = 0; i < 5_000; i++)
        {
            var sql = new StringBuilder("SELECT ");
            for (var piece = 0; piece < 1 + random.Next(12); piece++)
            {
                sql.Append(Literal(random)).Append(Glue[random.Next(Glue.Length)]);
            }

            var redacted = SqlText.Redact(sql.ToString());
            Assert.DoesNotContain("CANARY", redacted, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("770077", redacted, StringComparison.Ordinal);
            Assert.DoesNotContain("'", redacted, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void ArbitraryTextIsTakenInOneGo()
    {
        var random = new SeededRandom(29);
        const string alphabet = "'\"`[]xX'-/*\n.eE+0179_ab ?:@$;(\uD83D";
        for (var i = 0; i < 20_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(30)).Select(_ => alphabet[random.Next(alphabet.Length)]));
            var redacted = SqlText.Redact(text);

            Assert.DoesNotContain("'", redacted, StringComparison.Ordinal);
            Assert.True(redacted.Length <= (3 * text.Length) + 1);
        }
    }

    [Theory]
    [InlineData(nameof(SqlTextPolicy.Redacted), "SELECT ?")]
    [InlineData(nameof(SqlTextPolicy.Full), "SELECT 7")]
    [InlineData(nameof(SqlTextPolicy.Digest), "sha256:35c1ccf68b9424a3")]
    public void TheSettingDecides(string policy, string kept)
    {
        var text = new SqlText(new AuditOptions { SqlText = Enum.Parse<SqlTextPolicy>(policy) });

        // printf 'SELECT 7' | sha256sum
        Assert.Equal(kept, text.Of("SELECT 7"));
    }

    [Fact]
    public void ALongStatementIsCut() => Assert.EndsWith(AuditRedaction.CutMark, new SqlText(new AuditOptions()).Of("SELECT " + new string('a', 90_000)), StringComparison.Ordinal);

    // What may stand between two literals; none of them joins a literal to a name.
    private static readonly string[] Glue = [", ", " + ", " || ", " ", "\n", ",", "/* x */", " -- x\n", " AS a, ", "), (", " = "];

    private static string Literal(SeededRandom random) => random.Next(9) switch
    {
        0 => "'CANARY'",
        1 => "'it''s CANARY'",
        2 => "''",
        3 => "x'CA4A7900'".Replace("CA4A7900", "770077", StringComparison.Ordinal),
        4 => "770077" + (random.Next(2) == 0 ? ".5" : "e-3"),
        5 => "0x770077",
        6 => "/* CANARY ' */ 1",
        7 => "-- CANARY '\n 2",
        _ => "\"CANARY with blanks " + random.Next(9).ToString(CultureInfo.InvariantCulture) + "\"",
    };
}
