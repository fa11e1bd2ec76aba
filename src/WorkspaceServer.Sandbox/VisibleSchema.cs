using System.Text;
using System.Text.RegularExpressions;
using WorkspaceServer.Vault.Sandbox;

namespace WorkspaceServer.Sandbox;

/// <summary>What a caller may know of the tables, as a schema of its own: what is hidden does not exist there.</summary>
/// <remarks>
/// SQLite looks names up before it asks what may be read, so its complaint about a statement tells whether a table or column exists,
/// hidden or not. What a statement that does not compile is answered with therefore comes from this schema.
/// </remarks>
internal static unsafe partial class VisibleSchema
{
    /// <summary>The view that stands before a table with hidden columns and shows the others.</summary>
    public static string ViewOf(ReadableTable table) =>
        $"CREATE TEMP VIEW {Quote(table.Name)} AS SELECT {string.Join(", ", table.Columns.Select(Quote))} FROM main.{Quote(table.Name)}";

    /// <summary>
    /// True if the statement could reach the table behind such a view, whose hidden columns a NATURAL JOIN would find. SQLite takes
    /// main, "main", 'main', [main] and `main`, and blanks or a comment before the point.
    /// </summary>
    public static bool NamesBehindViews(ReadPolicy policy, string sql) => policy.Tables.Any(table => table.IsPartial) && Qualified().IsMatch(sql);

    /// <summary>What SQLite has against the statement where only the caller's tables and columns exist; null if nothing.</summary>
    public static SandboxException? Complaint(ReadPolicy policy, string sql)
    {
        // A name is plain letters, so a statement that uses a table has its name somewhere, in whatever quotes.
        var named = policy.Tables.Where(table => sql.Contains(table.Name, StringComparison.OrdinalIgnoreCase)).ToArray();
        using var authorizer = new ReadAuthorizer(policy, named.SelectMany(table => new[] { table.Name, table.FullText ?? "" }));
        var result = NativeSqlite.Open(":memory:", out var database, NativeSqlite.OpenInMemory | NativeSqlite.OpenNoMutex, 0);
        try
        {
            if (result != NativeSqlite.Ok || !named.All(table => Create(database, table)) || authorizer.Attach(database) != NativeSqlite.Ok)
            {
                return new SandboxException(SandboxOutcome.TooExpensive, "The statement needs too much memory.");
            }

            foreach (var (id, value) in SandboxLimits.PerStatement)
            {
                _ = NativeSqlite.Limit(database, id, value);
            }

            authorizer.Current = ReadAuthorizer.Phase.Compile;
            return Compile(database, authorizer, sql);
        }
        finally
        {
            _ = NativeSqlite.Close(database);
        }
    }

    private static SandboxException? Compile(nint database, ReadAuthorizer authorizer, string sql)
    {
        var text = Encoding.UTF8.GetBytes(sql);
        fixed (byte* start = text)
        {
            var code = NativeSqlite.Prepare(database, start, text.Length, out var statement, out _);
            _ = NativeSqlite.Finalize(statement);
            return code == NativeSqlite.Ok ? null
                : authorizer.Denial is { } denial ? new SandboxException(SandboxOutcome.NotReadable, denial)
                : new SandboxException(code, NativeSqlite.Text(NativeSqlite.ErrorMessage(database)));
        }
    }

    private static bool Create(nint database, ReadableTable table)
    {
        var columns = string.Join(", ", table.Columns.Select(Quote));

        // Some of these may not be in the real index; a complaint about one of them is then SQLite's own.
        var searchable = string.Join(", ", table.Columns.Where(column => !column.Equals("rank", StringComparison.OrdinalIgnoreCase)).Select(Quote));
        return Run(database, $"CREATE TABLE {Quote(table.Name)} ({columns})")
            && (!table.IsPartial || Run(database, ViewOf(table)))
            && (table.IsPartial || table.FullText is null || Run(database, $"CREATE VIRTUAL TABLE {Quote(table.FullText)} USING fts5({searchable})"));
    }

    private static bool Run(nint database, string sql) => NativeSqlite.Execute(database, sql, 0, 0, 0) == NativeSqlite.Ok;

    private static string Quote(string name) => SandboxDatabase.Quote(name);

    [GeneratedRegex("""\bmain["'`\]]?[\s\uFEFF]*(\.|/\*|--)""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Qualified();
}
