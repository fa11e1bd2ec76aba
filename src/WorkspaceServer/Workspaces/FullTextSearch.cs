using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Sandbox;

namespace WorkspaceServer.Workspaces;

/// <summary>One question to the full-text tables of a workspace, table by table. FTS5: sqlite.org/fts5.html.</summary>
/// <remarks>The caller's words are quoted, so none of them is FTS5 syntax, and only columns that the caller may see are searched.</remarks>
internal sealed class FullTextSearch(SearchMessage search)
{
    /// <summary>Most words that are looked at; further ones are ignored.</summary>
    public const int MaxWords = 16;

    /// <summary>Words of at least this many characters also match longer words that begin with them.</summary>
    private const int MinPrefixLength = 3;

    /// <summary>Length of a snippet, in characters.</summary>
    private const int SnippetLength = 200;

    private const int FixedColumns = 2;

    private readonly string[] words = [.. search.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Where(word => word.Any(char.IsLetterOrDigit)).Take(MaxWords)];

    /// <summary>The tables to ask, in order.</summary>
    public IReadOnlyList<string> Tables(Catalog visible) =>
    [
        .. visible.Tables
            .Where(table => words.Length > 0 && table.FullTextTable is not null && TextColumns(table).Any())
            .Select(table => table.Schema.Name)
            .Where(name => search.Table is null || name.Equals(search.Table, StringComparison.OrdinalIgnoreCase)),
    ];

    /// <summary>Null if the table is gone.</summary>
    public SandboxRequest? Request(CatalogTable? table, TimeSpan timeLeft)
    {
        if (table?.FullTextTable is not { } fullText || !TextColumns(table).Any())
        {
            return null;
        }

        var index = Identifiers.Quote(fullText);
        var texts = string.Join(", ", TextColumns(table).Select(name => $"t.{Identifiers.Quote(name)}"));
        var sql = $"""
            SELECT bm25({index}), t.{RowLookup.KeyExpression(table.Schema)}, {texts}
            FROM main.{index} JOIN main.{Identifiers.Quote(table.Schema.Name)} AS t ON t.rowid = {index}.rowid
            WHERE {index} MATCH ?1 ORDER BY 1, t.rowid LIMIT {search.MaxHits + 1}
            """;
        return new SandboxRequest(sql, [Match(table)], IsServerSql: true, search.MaxHits + 1, SandboxLimits.MaxResultBytes, timeLeft);
    }

    public IEnumerable<Scored> Read(CatalogTable table, SandboxReply reply) => reply.Rows.Select(row =>
    {
        var texts = row[FixedColumns..].Where(value => value.Type == SqlType.Text).Select(value => value.AsText()).ToArray();
        var key = row[1].ToString();
        var title = texts.FirstOrDefault(text => text.Length > 0) ?? key;
        return new Scored(row[0].AsReal(), new SearchHit(table.Schema.Name, key, Shorten(title, 0), Snippet(texts)));
    });

    public SearchAnswer Answer(List<Scored> found, DateTimeOffset? asOf)
    {
        var best = found.OrderBy(hit => hit.Score).ThenBy(hit => hit.Hit.Table, StringComparer.Ordinal).Select(hit => hit.Hit).Take(search.MaxHits).ToArray();
        return new SearchAnswer(best, found.Count > best.Length, asOf);
    }

    private static IEnumerable<string> TextColumns(CatalogTable table) =>
        table.Schema.Columns.Where(column => column.IsSearchable).Select(column => column.Name);

    private static string Shorten(string text, int start) =>
        text.Length - start <= SnippetLength ? text[start..] : string.Concat(text.AsSpan(start, SnippetLength), "…");

    private string Match(CatalogTable table)
    {
        var columns = string.Join(' ', TextColumns(table).Select(Identifiers.Quote));
        var phrases = words.Select(word => Identifiers.Quote(word) + (word.Length >= MinPrefixLength ? "*" : ""));
        return $"{{{columns}}} : ({string.Join(" AND ", phrases)})";
    }

    /// <summary>The text that holds the first word, from a little before it.</summary>
    private string Snippet(string[] texts)
    {
        foreach (var text in texts)
        {
            var at = text.IndexOf(words[0], StringComparison.OrdinalIgnoreCase);
            if (at >= 0)
            {
                return Shorten(text, Math.Max(0, at - (SnippetLength / 4)));
            }
        }

        return Shorten(string.Join(" · ", texts.Where(text => text.Length > 0)), 0);
    }

    internal readonly record struct Scored(double Score, SearchHit Hit);
}
