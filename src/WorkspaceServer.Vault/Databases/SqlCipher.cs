using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace WorkspaceServer.Vault.Databases;

/// <summary>Loads the native library, once, and refuses one that is not the SQLCipher we need.</summary>
public static class SqlCipher
{
    /// <summary>Oldest SQLCipher whose file format, SQLite version and fixes we rely on.</summary>
    public static readonly Version OldestCipher = new(4, 14, 0);

    internal const string LibraryName = "e_sqlite3";

    private static readonly string[] NeededOptions =
    [
        "HAS_CODEC", "TEMP_STORE=2", "THREADSAFE=1", "OMIT_LOAD_EXTENSION", "SECURE_DELETE", "DQS=0", "ENABLE_FTS5",
        "ENABLE_MATH_FUNCTIONS", "ENABLE_COLUMN_METADATA", "ENABLE_SNAPSHOT", "ENABLE_PREUPDATE_HOOK", "ENABLE_SESSION",
    ];

    private static readonly Lock Gate = new();
    private static string? libraryPath;
    private static string? version;

    /// <summary>For example "4.14.0 community".</summary>
    public static string Version => version ?? throw new InvalidOperationException("Call SqlCipher.Initialize first.");

    /// <summary>Loads the library. Safe to call again; the first call decides the path.</summary>
    /// <param name="path">A library of the operator's own, or null for the one beside this program.</param>
    /// <exception cref="VaultException"><see cref="VaultError.Library"/>, naming what is missing.</exception>
    public static void Initialize(string? path = null)
    {
        lock (Gate)
        {
            if (version is not null)
            {
                return;
            }

            // Opening handles while the library initialises itself fails now and then, so it happens once, here.
            try
            {
                UseLibrary(path);
                Batteries_V2.Init();
                Check(raw.sqlite3_initialize(), "sqlite3_initialize");
            }
            catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
            {
                throw Wrong($"The SQLCipher library cannot be loaded: {error.Message}", error);
            }

            version = Verify();
            raw.FreezeProvider();
        }
    }

    /// <summary>Makes P/Invokes to the library go to <paramref name="path"/>: the Vault's, the driver's and those of one more assembly.</summary>
    internal static void UseLibrary(string? path, Assembly? another = null)
    {
        if (path is null || libraryPath is not null)
        {
            return;
        }

        if (!File.Exists(path))
        {
            throw Wrong($"There is no SQLCipher library at {path}. Correct Vault:SqlCipherLibrary.");
        }

        libraryPath = path;
        NativeLibrary.SetDllImportResolver(typeof(SqlCipher).Assembly, Resolve);
        NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
        if (another is not null)
        {
            NativeLibrary.SetDllImportResolver(another, Resolve);
        }
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? search) =>
        name == LibraryName ? NativeLibrary.Load(libraryPath!) : 0;

    private static string Verify()
    {
        Check(raw.sqlite3_open(":memory:", out var database), "sqlite3_open");
        using (database)
        {
            var found = Scalar(database, "PRAGMA cipher_version");
            if (found.Length == 0)
            {
                throw Wrong("The library is plain SQLite, not SQLCipher: databases would be written unencrypted.");
            }

            if (!System.Version.TryParse(found.Split(' ')[0], out var cipher) || cipher < OldestCipher)
            {
                throw Wrong($"The library is SQLCipher {found}; {OldestCipher} or newer is needed.");
            }

            var missing = NeededOptions.Where(option => raw.sqlite3_compileoption_used(option) == 0).ToArray();
            if (missing.Length > 0)
            {
                throw Wrong($"The SQLCipher library was built without: {string.Join(", ", missing)}. See ops/sqlcipher/build.sh.");
            }

            return ReportsJoinColumns(database)
                ? found
                : throw Wrong("The SQLCipher library hides from its authorizer what USING compares, so callers could guess hidden values. Build it with ops/sqlcipher/build.sh.");
        }
    }

    private static bool ReportsJoinColumns(sqlite3 database)
    {
        var isReported = false;
        Check(raw.sqlite3_exec(database, "CREATE TABLE t (x)"), "CREATE TABLE");
        strdelegate_authorizer authorizer = (_, action, _, column, _, _) =>
        {
            isReported |= action == raw.SQLITE_READ && column == "x";
            return raw.SQLITE_OK;
        };
        Check(raw.sqlite3_set_authorizer(database, authorizer, null), "sqlite3_set_authorizer");
        Check(raw.sqlite3_prepare_v2(database, "SELECT 1 FROM t AS a JOIN t AS b USING (x)", out var statement), "SELECT");
        statement.Dispose();
        return isReported;
    }

    private static string Scalar(sqlite3 database, string sql)
    {
        Check(raw.sqlite3_prepare_v2(database, sql, out var statement), sql);
        using (statement)
        {
            return raw.sqlite3_step(statement) == raw.SQLITE_ROW ? raw.sqlite3_column_text(statement, 0).utf8_to_string() : "";
        }
    }

    private static void Check(int code, string what)
    {
        if (code != raw.SQLITE_OK)
        {
            throw Wrong($"The SQLCipher library failed in {what} (code {code}).");
        }
    }

    private static VaultException Wrong(string message, Exception? inner = null) => new(VaultError.Library, message, inner);
}
