using WorkspaceServer.Workspaces;
using Xunit;

namespace WorkspaceServer.Tests.Workspaces;

[Trait("claim", "A68")]
public sealed class IdentifiersTests
{
    public static TheoryData<string> Hostile =>
    [
        "", " ", "a b", "a-b", "a.b", "1a", "a;", "a'b", "a\"b", "\"a\"", "[a]", "`a`", "a]b", "a\0b", "\0", "a\nb", "a\tb", "a\n", "é", "нет", "शर्मा", "a\u0301",
        "ａ", "a\u200Bb", "\u202Ea", "a--", "a/*", "*", "a*", "%", "a%", "?1", ":a", "@a", "$a", "#a", "a\\b", "a,b", "a)", "(a", "a=1", "a|b", "DROP TABLE x", "a\u00A0",
        "a\uFEFF", new string('a', 64),
    ];

    [Theory]
    [MemberData(nameof(Hostile))]
    public void WhatIsNoPlainNameIsRefused(string name)
    {
        Assert.NotNull(Identifiers.WhyNotTable(name));
        Assert.NotNull(Identifiers.WhyNotColumn(name));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("_a1")]
    [InlineData("select")]
    [InlineData("order")]
    public void PlainNamesAreTaken(string name)
    {
        Assert.Null(Identifiers.WhyNotTable(name));
        Assert.Null(Identifiers.WhyNotColumn(name));
        Assert.Null(Identifiers.WhyNotColumn(new string('a', 63)));
    }

    [Theory]
    [InlineData("_ws_table")]
    [InlineData("_WS_x")]
    [InlineData("sqlite_schema")]
    [InlineData("pragma_table_info")]
    [InlineData("parties_fts")]
    [InlineData("parties_FTS_data")]
    [InlineData("json_each")]
    [InlineData("JSON_Tree")]
    public void NamesOfOursAreReserved(string name) => Assert.NotNull(Identifiers.WhyNotTable(name));

    [Theory]
    [InlineData("rowid")]
    [InlineData("OID")]
    [InlineData("_rowid_")]
    [InlineData("parties_fts")]
    public void ColumnNamesOfSqliteAreReserved(string name) => Assert.NotNull(Identifiers.WhyNotColumn(name));

    [Theory]
    [InlineData("a", "\"a\"")]
    [InlineData("a\"b", "\"a\"\"b\"")]
    [InlineData("\"; DROP TABLE x; --", "\"\"\"; DROP TABLE x; --\"")]
    public void QuotesAreDoubled(string name, string expected) => Assert.Equal(expected, Identifiers.Quote(name));

    [Fact]
    public void NulIsNeverQuoted() => Assert.Throws<ArgumentException>(() => Identifiers.Quote("a\0b"));
}
