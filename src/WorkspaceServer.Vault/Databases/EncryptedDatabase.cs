using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using WorkspaceServer.Vault.Keys;

namespace WorkspaceServer.Vault.Databases;

/// <summary>How a database is opened.</summary>
public enum DatabaseAccess
{
    /// <summary>Refuses writes.</summary>
    ReadOnly,

    /// <summary>The file exists.</summary>
    ReadWrite,

    /// <summary>The file must not exist; it is made with mode 0600.</summary>
    Create,
}

/// <summary>Durability of a commit; sqlite.org/pragma.html#pragma_synchronous.</summary>
public enum Durability
{
    /// <summary>A committed transaction survives a crash of the process; a power cut may take the last ones.</summary>
    Normal,

    /// <summary>A committed transaction survives a power cut.</summary>
    Full,
}

/// <summary>Opens SQLCipher files. Nobody else opens a database or sees its key.</summary>
/// <remarks>
/// The key is passed raw (x'…', 64 hexadecimal digits): bare bytes would be taken for a passphrase and stretched at every
/// open. Connections are never pooled by the driver, whose pool would hand a keyed handle to whoever knows the file name.
/// </remarks>
public static class EncryptedDatabase
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int HexBytes = 2 * KeyDerivation.KeyBytes;

    /// <summary>How long a statement waits for another writer before it fails, in milliseconds.</summary>
    private const int BusyTimeoutMilliseconds = 10_000;

    /// <summary>A database's page size, in bytes; with 8 KiB pages and up, point reads get slower than scans get faster.</summary>
    public const int PageBytes = 4096;

    /// <summary>Opens the file with its key and proves by reading that the key is right.</summary>
    /// <param name="key">Not kept; the caller wipes it.</param>
    /// <exception cref="VaultException"><see cref="VaultError.WrongKey"/>, <see cref="VaultError.Corrupt"/> or <see cref="VaultError.DataFolder"/>.</exception>
    public static SqliteConnection Open(
        string path, SecretBytes key, DatabaseAccess access, Durability durability = Durability.Normal, int cacheKibibytes = 2048)
    {
        SqlCipher.Initialize();
        PrepareFile(path, access);
        var mode = access == DatabaseAccess.ReadOnly ? SqliteOpenMode.ReadOnly : SqliteOpenMode.ReadWrite;
#pragma warning disable RS0030 // This is the one place that opens databases.
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false }.ToString());
#pragma warning restore RS0030
        try
        {
            connection.Open();
            ApplyKey(connection.Handle!, key.Span);
            Run(connection, $"PRAGMA busy_timeout = {BusyTimeoutMilliseconds}");
            Run(connection, "SELECT count(*) FROM sqlite_schema");
            if (access != DatabaseAccess.ReadOnly)
            {
                Run(connection, "PRAGMA journal_mode = WAL");
            }

            Run(connection, $"PRAGMA synchronous = {(durability == Durability.Full ? "FULL" : "NORMAL")}");
            Run(connection, "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA journal_size_limit = 67108864");
            Run(connection, $"PRAGMA cache_size = -{cacheKibibytes}");
            return connection;
        }
        catch (SqliteException error)
        {
            connection.Dispose();
            throw Translate(path, error);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Reads every page and checks its HMAC, then the structure. Slow: about 10 s per GB.</summary>
    /// <returns>Empty if the file is whole, else what is wrong, one line each.</returns>
    public static IReadOnlyList<string> CheckIntegrity(SqliteConnection connection)
    {
        var problems = new List<string>();
        foreach (var pragma in (string[])["PRAGMA cipher_integrity_check", "PRAGMA integrity_check(10)"])
        {
            try
            {
                problems.AddRange(Lines(connection, pragma).Where(line => line != "ok"));
            }
            catch (SqliteException error)
            {
                problems.Add(error.Message);
            }
        }

        return problems;
    }

    private static List<string> Lines(SqliteConnection connection, string pragma)
    {
        using var command = connection.CreateCommand();
        command.CommandText = pragma;
        using var rows = command.ExecuteReader();
        var lines = new List<string>();
        while (rows.Read())
        {
            lines.Add(rows.GetString(0));
        }

        return lines;
    }

    /// <summary>Changes the key of the open file, page by page, in one transaction.</summary>
    /// <param name="newKey">Not kept; the caller wipes it.</param>
    public static void Rekey(SqliteConnection connection, SecretBytes newKey)
    {
        Span<byte> text = stackalloc byte[HexBytes + 3];
        try
        {
            WriteRawKey(newKey.Span, text);
            Check(connection.Handle!, raw.sqlite3_rekey(connection.Handle, text));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
        }
    }

    /// <summary>What went wrong, in the Vault's words; file error codes: sqlite.org/rescode.html.</summary>
    public static VaultException Translate(string path, SqliteException error) => error.SqliteErrorCode switch
    {
        raw.SQLITE_NOTADB => new VaultException(VaultError.WrongKey, $"The file {path} cannot be opened with this key: it was made under another master key, or is not a database.", error),
        raw.SQLITE_CORRUPT => new VaultException(VaultError.Corrupt, $"The file {path} is damaged. Restore it from the last backup.", error),
        _ => new VaultException(VaultError.DataFolder, $"The file {path} cannot be used: {error.Message}", error),
    };

    /// <summary>Writes x'…' of the key; the destination is wiped by the caller.</summary>
    internal static void WriteRawKey(ReadOnlySpan<byte> key, Span<byte> text)
    {
        text[0] = (byte)'x';
        text[1] = (byte)'\'';
        for (var i = 0; i < key.Length; i++)
        {
            text[2 + (2 * i)] = HexDigit(key[i] >> 4);
            text[3 + (2 * i)] = HexDigit(key[i] & 15);
        }

        text[^1] = (byte)'\'';
    }

    private static byte HexDigit(int value) => (byte)(value < 10 ? '0' + value : 'a' + value - 10);

    private static void PrepareFile(string path, DatabaseAccess access)
    {
        if (access == DatabaseAccess.Create)
        {
            // SQLite gives the -wal and -shm files the mode of this one, whatever the umask.
            using var file = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = OwnerOnly,
            });
        }
        else if (FileStatus.Read(path) is not { IsRegularFile: true })
        {
            throw new VaultException(VaultError.DataFolder, $"The database file {path} is missing. Restore it from the last backup.");
        }
    }

    private static void ApplyKey(sqlite3 handle, ReadOnlySpan<byte> key)
    {
        Span<byte> text = stackalloc byte[HexBytes + 3];
        try
        {
            WriteRawKey(key, text);
            Check(handle, raw.sqlite3_key(handle, text));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
        }
    }

    private static void Check(sqlite3 handle, int code)
    {
        if (code != raw.SQLITE_OK)
        {
            throw new SqliteException(raw.sqlite3_errmsg(handle).utf8_to_string(), code);
        }
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
