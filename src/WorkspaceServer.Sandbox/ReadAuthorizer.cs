using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using WorkspaceServer.Vault.Sandbox;

namespace WorkspaceServer.Sandbox;

/// <summary>Decides, for one handle, every access that SQLite asks about: sqlite.org/c3ref/set_authorizer.html.</summary>
/// <remarks>
/// Whatever is not named here is denied: every write, PRAGMA, ATTACH, transaction verb, schema table, internal table, unknown
/// function. While a statement runs, FTS5 prepares statements of its own over its shadow tables; those alone are let through
/// then, and untrusted text cannot name them since it was checked when it was prepared.
/// </remarks>
internal sealed unsafe class ReadAuthorizer : IDisposable
{
    private static readonly string[] ShadowSuffixes = ["_data", "_idx", "_content", "_docsize", "_config"];
    private readonly Dictionary<string, HashSet<string>> readable = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> views = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> fullText = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> partialFullText = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> shadows = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> existing;
    private readonly List<string> touched = [];
    private GCHandle self;

    /// <param name="policy">What may be read.</param>
    /// <param name="existing">Every table of the schema and every virtual-table module, so that a name that is neither is a CTE's.</param>
    public ReadAuthorizer(ReadPolicy policy, IEnumerable<string> existing)
    {
        this.existing = new HashSet<string>(existing, StringComparer.OrdinalIgnoreCase);
        foreach (var table in policy.Tables)
        {
            readable.Add(table.Name, new HashSet<string>(table.Columns, StringComparer.OrdinalIgnoreCase));
            if (table.IsPartial)
            {
                views.Add(table.Name);
            }

            if (table.FullText is { } index)
            {
                (table.IsPartial ? partialFullText : fullText).Add(index);
                shadows.UnionWith(ShadowSuffixes.Select(suffix => index + suffix));
            }
        }
    }

    /// <summary>Whose statement SQLite is working on.</summary>
    public enum Phase
    {
        /// <summary>The sandbox's own: nothing is checked.</summary>
        Own,

        /// <summary>The caller's is being compiled.</summary>
        Compile,

        /// <summary>The caller's is running.</summary>
        Run,
    }

    public Phase Current { get; set; }

    /// <summary>True while a statement runs that the server wrote.</summary>
    public bool IsServerSql { get; set; }

    /// <summary>Why the last statement was denied, in words for its author; null if it was not.</summary>
    public string? Denial { get; private set; }

    public IReadOnlyList<string> Touched => touched;

    /// <summary>Makes SQLite ask here from now on; the database must be closed before this is disposed.</summary>
    /// <returns>SQLite's result code.</returns>
    public int Attach(nint database)
    {
        self = GCHandle.Alloc(this);
        return NativeSqlite.SetAuthorizer(database, &Answer, GCHandle.ToIntPtr(self));
    }

    public void Dispose()
    {
        if (self.IsAllocated)
        {
            self.Free();
        }
    }

    public void Forget()
    {
        Denial = null;
        touched.Clear();
    }

    /// <summary>True lets SQLite go on.</summary>
    public bool Allows(int action, string? first, string? second, string? schema) => Current == Phase.Own || action switch
    {
        NativeSqlite.ActionSelect or NativeSqlite.ActionRecursive => true,
        NativeSqlite.ActionFunction => AllowedFunctions.Names.Contains(second ?? "") || Deny($"The function {second} is not available here."),
        NativeSqlite.ActionRead => AllowsRead(first ?? "", second ?? "", schema),
        NativeSqlite.ActionPragma when Current == Phase.Run && first == "data_version" => true,
        _ => Deny("Only SELECT is allowed here: nothing can be changed, attached or configured."),
    };

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Answer(nint argument, int action, byte* first, byte* second, byte* schema, byte* trigger)
    {
        // An exception that crossed SQLite's frames would end the process: whatever happens, the answer is no.
        try
        {
            var authorizer = (ReadAuthorizer)GCHandle.FromIntPtr(argument).Target!;
            return authorizer.Current == Phase.Own || authorizer.Allows(action, Nullable(first), Nullable(second), Nullable(schema)) ? NativeSqlite.Ok : NativeSqlite.Deny;
        }
#pragma warning disable CA1031
        catch
#pragma warning restore CA1031
        {
            return NativeSqlite.Deny;
        }
    }

    private static string? Nullable(byte* text) => text == null ? null : NativeSqlite.Text(text);

    private bool AllowsRead(string table, string column, string? schema)
    {
        if (readable.TryGetValue(table, out var columns))
        {
            return AllowsTable(table, column, columns, isView: schema == "temp");
        }

        if (fullText.Contains(table) || (IsServerSql && partialFullText.Contains(table)) || AllowedFunctions.Tables.Contains(table))
        {
            return true;
        }

        if (Current == Phase.Run && shadows.Contains(table))
        {
            return true;
        }

        // SQLite names a table of which no column is used, and then a CTE or a subquery looks like a table.
        if (column.Length == 0 && !existing.Contains(table) && !table.StartsWith("sqlite_", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        return Deny($"no such table: {table}");
    }

    private bool AllowsTable(string table, string column, HashSet<string> columns, bool isView)
    {
        if (isView && !views.Contains(table))
        {
            return Deny($"no such table: {table}");
        }

        if (column.Length == 0)
        {
            Touch(table);
            return true;
        }

        if (columns.Contains(column) || column == "ROWID")
        {
            Touch($"{table}.{column}");
            return true;
        }

        return Deny($"A column of {table} in this statement is not available. Write the table's name without a schema and use the columns it is described with.");
    }

    private void Touch(string name)
    {
        if (!touched.Contains(name))
        {
            touched.Add(name);
        }
    }

    private bool Deny(string reason)
    {
        Denial ??= reason;
        return false;
    }
}
