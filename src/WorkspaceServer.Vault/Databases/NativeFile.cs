using System.Runtime.InteropServices;
using SQLitePCL;

namespace WorkspaceServer.Vault.Databases;

/// <summary>A file that SQLite itself has open, read below the cipher: what comes out is ciphertext.</summary>
/// <remarks>
/// Opening such a file a second time would be an error: when the process closes it, the system drops every lock that SQLite holds on it
/// (sqlite.org/howtocorrupt.html, section 2.2). So this borrows SQLite's own handle. Struct layouts: sqlite.org/c3ref/io_methods.html.
/// </remarks>
internal readonly unsafe partial struct NativeFile
{
    private const int DatabasePointer = 7;
    private const int LogPointer = 28;
    private const int ShortRead = 522;
    private const int ReadSlot = 2;
    private const int SharedMemorySlot = 13;

    /// <summary>WALINDEX_PGSZ: 2 bytes for each of 8,192 hash slots and 4 for each of 4,096 pages.</summary>
    private const int SharedRegionBytes = 32_768;

    private readonly nint file;

    private NativeFile(nint file) => this.file = file;

    /// <summary>The database file of a connection.</summary>
    public static NativeFile Database(sqlite3 connection) => Ask(connection, DatabasePointer);

    /// <summary>The write-ahead log of a connection.</summary>
    public static NativeFile Log(sqlite3 connection) => Ask(connection, LogPointer);

    /// <summary>Reads at an offset, in bytes; what lies behind the end of the file reads as zeros.</summary>
    public void Read(Span<byte> destination, long offset)
    {
        var methods = *(nint**)file;
        fixed (byte* bytes = destination)
        {
            var code = ((delegate* unmanaged[Cdecl]<nint, byte*, int, long, int>)methods[ReadSlot])(file, bytes, destination.Length, offset);
            if (code is not raw.SQLITE_OK and not ShortRead)
            {
                throw new VaultException(VaultError.DataFolder, $"A database file cannot be read (SQLite's code {code}). Check the disk.");
            }
        }
    }

    /// <summary>The first part of the index that all who use the log share: sqlite.org/walformat.html, section 2.</summary>
    public byte* SharedIndex()
    {
        var methods = *(nint**)file;
        byte* region = null;
        var code = ((delegate* unmanaged[Cdecl]<nint, int, int, int, byte**, int>)methods[SharedMemorySlot])(file, 0, SharedRegionBytes, 0, &region);
        return code == raw.SQLITE_OK && region != null
            ? region
            : throw new VaultException(VaultError.DataFolder, $"The index of a database's log cannot be read (SQLite's code {code}).");
    }

    private static NativeFile Ask(sqlite3 connection, int what)
    {
        nint found;
        var code = FileControl(connection.DangerousGetHandle(), "main", what, &found);
        return code == raw.SQLITE_OK && found != 0
            ? new NativeFile(found)
            : throw new VaultException(VaultError.Library, $"The SQLCipher library does not say where its file is (code {code}).");
    }

    [LibraryImport(SqlCipher.LibraryName, EntryPoint = "sqlite3_file_control", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int FileControl(nint database, string schema, int operation, nint* found);
}
