using System.Runtime.InteropServices;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Databases;

namespace WorkspaceServer.Sandbox;

/// <summary>The part of SQLite's C interface that the sandbox needs, called directly: sqlite.org/c3ref/intro.html.</summary>
/// <remarks>Direct calls cost a third of the driver's and carry no managed callback object across native frames.</remarks>
internal static unsafe partial class NativeSqlite
{
    public const int Ok = 0;
    public const int Error = 1;
    public const int Deny = 1;
    public const int NoMemory = 7;
    public const int ReadOnlyCode = 8;
    public const int Interrupt = 9;
    public const int Corrupt = 11;
    public const int TooBig = 18;
    public const int Auth = 23;
    public const int NotADatabase = 26;
    public const int Row = 100;
    public const int Done = 101;

    public const int OpenReadOnly = 0x1;
    public const int OpenInMemory = 0x86; // READWRITE, CREATE, MEMORY
    public const int OpenNoMutex = 0x8000;

    public const int SingleThread = 1;
    public const int ConfigDefensive = 1010;
    public const int ConfigLoadExtension = 1005;
    public const int ConfigFts3Tokenizer = 1004;
    public const int ConfigTrustedSchema = 1017;
    public const int ConfigEnableView = 1015;

    public const int ActionPragma = 19;
    public const int ActionRead = 20;
    public const int ActionSelect = 21;
    public const int ActionFunction = 31;
    public const int ActionRecursive = 33;

    private const string Library = SqlCipher.LibraryName;
    private static readonly nint Transient = -1;

    public static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";

    /// <summary>Binds a parameter; SQLite copies text and blobs.</summary>
    public static int Bind(nint statement, int index, SqlValue value)
    {
        switch (value.Type)
        {
            case SqlType.Integer:
                return BindInteger(statement, index, value.AsInteger());
            case SqlType.Real:
                return BindReal(statement, index, value.AsReal());
            case SqlType.Text:
                var text = System.Text.Encoding.UTF8.GetBytes(value.AsText());
                fixed (byte* bytes = text.Length == 0 ? new byte[1] : text)
                {
                    return BindText(statement, index, bytes, text.Length, Transient);
                }

            case SqlType.Blob:
                var blob = value.AsBlob();
                fixed (byte* bytes = blob.Length == 0 ? new byte[1] : blob)
                {
                    return BindBlob(statement, index, bytes, blob.Length, Transient);
                }

            default:
                return BindNull(statement, index);
        }
    }

    /// <summary>Only before <see cref="Initialize"/>. The C function takes variable arguments; one without any is called alike.</summary>
    [LibraryImport(Library, EntryPoint = "sqlite3_config")]
    public static partial int ConfigureLibrary(int option);

    [LibraryImport(Library, EntryPoint = "sqlite3_initialize")]
    public static partial int Initialize();

    [LibraryImport(Library, EntryPoint = "sqlite3_open_v2", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, out nint database, int flags, nint vfs);

    [LibraryImport(Library, EntryPoint = "sqlite3_key")]
    public static partial int Key(nint database, byte* key, int length);

    [LibraryImport(Library, EntryPoint = "sqlite3_close_v2")]
    public static partial int Close(nint database);

    [LibraryImport(Library, EntryPoint = "sqlite3_exec", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Execute(nint database, string sql, nint callback, nint argument, nint message);

    [LibraryImport(Library, EntryPoint = "sqlite3_prepare_v2")]
    public static partial int Prepare(nint database, byte* sql, int length, out nint statement, out byte* tail);

    [LibraryImport(Library, EntryPoint = "sqlite3_step")]
    public static partial int Step(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_reset")]
    public static partial int Reset(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_finalize")]
    public static partial int Finalize(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_stmt_readonly")]
    public static partial int IsReadOnly(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_stmt_isexplain")]
    public static partial int IsExplain(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_parameter_count")]
    public static partial int ParameterCount(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_count")]
    public static partial int ColumnCount(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_name")]
    public static partial byte* ColumnName(nint statement, int index);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_type")]
    [SuppressGCTransition]
    public static partial int ColumnType(nint statement, int index);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_int64")]
    public static partial long ColumnInteger(nint statement, int index);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_double")]
    public static partial double ColumnReal(nint statement, int index);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_text")]
    public static partial byte* ColumnText(nint statement, int index);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_blob")]
    public static partial byte* ColumnBlob(nint statement, int index);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_bytes")]
    public static partial int ColumnBytes(nint statement, int index);

    [LibraryImport(Library, EntryPoint = "sqlite3_errmsg")]
    public static partial byte* ErrorMessage(nint database);

    [LibraryImport(Library, EntryPoint = "sqlite3_set_authorizer")]
    public static partial int SetAuthorizer(
        nint database, delegate* unmanaged[Cdecl]<nint, int, byte*, byte*, byte*, byte*, int> callback, nint argument);

    [LibraryImport(Library, EntryPoint = "sqlite3_progress_handler")]
    public static partial void SetProgressHandler(nint database, int operations, delegate* unmanaged[Cdecl]<nint, int> callback, nint argument);

    [LibraryImport(Library, EntryPoint = "sqlite3_limit")]
    public static partial int Limit(nint database, int id, int value);

    // The C function takes variable arguments; for these (int, int*) pairs the calling convention is the same on Linux.
    [LibraryImport(Library, EntryPoint = "sqlite3_db_config")]
    public static partial int Configure(nint database, int option, int value, nint result);

    [LibraryImport(Library, EntryPoint = "sqlite3_hard_heap_limit64")]
    public static partial long SetHardHeapLimit(long bytes);

    [LibraryImport(Library, EntryPoint = "sqlite3_soft_heap_limit64")]
    public static partial long SetSoftHeapLimit(long bytes);

    [LibraryImport(Library, EntryPoint = "sqlite3_memory_used")]
    public static partial long MemoryUsed();

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_null")]
    private static partial int BindNull(nint statement, int index);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_int64")]
    private static partial int BindInteger(nint statement, int index, long value);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_double")]
    private static partial int BindReal(nint statement, int index, double value);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_text")]
    private static partial int BindText(nint statement, int index, byte* text, int length, nint destructor);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_blob")]
    private static partial int BindBlob(nint statement, int index, byte* blob, int length, nint destructor);
}
