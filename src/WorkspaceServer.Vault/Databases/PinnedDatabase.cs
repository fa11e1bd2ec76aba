using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using WorkspaceServer.Vault.Keys;

namespace WorkspaceServer.Vault.Databases;

/// <summary>A database held at one moment, whose encrypted pages can be copied while others write.</summary>
/// <remarks>
/// A read transaction pins the moment: nobody waits for it, and what it sees stays in the file and in its log. The pages are read as they lie
/// there, never decrypted, each one from the log if the log has a newer copy; together they are a database file of that moment without a log.
/// Log format: sqlite.org/walformat.html. One thread at a time.
/// </remarks>
public sealed class PinnedDatabase : IDisposable
{
    /// <summary>Length of a page's stamp, in bytes.</summary>
    public const int StampBytes = 16;

    // SQLCipher 4 ends a page with 16 random bytes (the IV), new at each write, and an HMAC-SHA-512 of 64 bytes.
    private const int StampOffset = EncryptedDatabase.PageBytes - 80;
    private const int LogHeaderBytes = 32;
    private const int FrameHeaderBytes = 24;

    private readonly NativeFile database;
    private readonly NativeFile log;
    private readonly Dictionary<int, long> inLog = [];

    private PinnedDatabase(SqliteConnection connection)
    {
        Connection = connection;
        Scalar("BEGIN");
        Scalar("SELECT count(*) FROM sqlite_schema");
        PageCount = Convert.ToInt32(Scalar("PRAGMA page_count"), CultureInfo.InvariantCulture);
        database = NativeFile.Database(connection.Handle!);
        log = NativeFile.Log(connection.Handle!);
        IndexLog();
    }

    /// <summary>Reads the same moment, decrypted. For sums; whoever uses it leaves its transaction alone.</summary>
    public SqliteConnection Connection { get; }

    /// <summary>Length of the database, in pages of <see cref="EncryptedDatabase.PageBytes"/>.</summary>
    public int PageCount { get; }

    /// <param name="key">Not kept; the caller wipes it.</param>
    /// <exception cref="VaultException">As <see cref="EncryptedDatabase.Open"/>.</exception>
    public static PinnedDatabase Open(string path, SecretBytes key)
    {
        var connection = EncryptedDatabase.Open(path, key, DatabaseAccess.ReadOnly);
        try
        {
            return new PinnedDatabase(connection);
        }
        catch (SqliteException error)
        {
            connection.Dispose();
            throw EncryptedDatabase.Translate(path, error);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Copies encrypted pages.</summary>
    /// <param name="first">The first one; pages count from 1.</param>
    /// <param name="destination">Filled; a multiple of the page size long.</param>
    public void ReadPages(int first, Span<byte> destination)
    {
        database.Read(destination, (long)(first - 1) * EncryptedDatabase.PageBytes);
        for (var i = 0; i < destination.Length / EncryptedDatabase.PageBytes && inLog.Count > 0; i++)
        {
            if (inLog.TryGetValue(first + i, out var offset))
            {
                log.Read(destination.Slice(i * EncryptedDatabase.PageBytes, EncryptedDatabase.PageBytes), offset);
            }
        }
    }

    /// <summary>The stamp of every page, one after the other: whoever wrote the page since gave it another. No key is needed to compare them.</summary>
    public byte[] ReadStamps()
    {
        var stamps = new byte[PageCount * StampBytes];
        for (var page = 1; page <= PageCount; page++)
        {
            var stamp = stamps.AsSpan((page - 1) * StampBytes, StampBytes);
            if (inLog.TryGetValue(page, out var offset))
            {
                log.Read(stamp, offset + StampOffset);
            }
            else
            {
                database.Read(stamp, ((long)(page - 1) * EncryptedDatabase.PageBytes) + StampOffset);
            }
        }

        return stamps;
    }

    /// <summary>The stamp within one encrypted page.</summary>
    public static ReadOnlySpan<byte> StampOf(ReadOnlySpan<byte> page) => page.Slice(StampOffset, StampBytes);

    public void Dispose() => Connection.Dispose();

    /// <summary>Finds the newest copy of each page in the part of the log that belongs to the moment.</summary>
    private void IndexLog()
    {
        // The snapshot is a copy of the log's header of this moment: number of frames at 16, salt at 32 (walformat.html, section 2.1).
        Span<byte> header = stackalloc byte[48];
        if (!TryReadSnapshot(header))
        {
            return;
        }

        var frames = MemoryMarshal.Read<int>(header[16..]);
        var salt = header.Slice(32, 8);
        if (IsAllInDatabase(frames, salt))
        {
            return;
        }

        Span<byte> frame = stackalloc byte[FrameHeaderBytes];
        for (var number = 0; number < frames; number++)
        {
            var offset = LogHeaderBytes + ((long)number * (FrameHeaderBytes + EncryptedDatabase.PageBytes));
            log.Read(frame, offset);
            if (!frame.Slice(8, 8).SequenceEqual(salt))
            {
                throw new VaultException(VaultError.Corrupt, "The log of a database changed under a reader. Restart the server, then try again.");
            }

            inLog[BinaryPrimitives.ReadInt32BigEndian(frame)] = offset + FrameHeaderBytes;
        }
    }

    /// <summary>False if there is no log yet.</summary>
    private bool TryReadSnapshot(Span<byte> header)
    {
        var code = raw.sqlite3_snapshot_get(Connection.Handle!, "main", out var snapshot);
        if (code != raw.SQLITE_OK)
        {
            return code == raw.SQLITE_ERROR ? false : throw new VaultException(VaultError.DataFolder, $"A snapshot of a database cannot be taken (code {code}).");
        }

        using (snapshot)
        {
            unsafe
            {
                new ReadOnlySpan<byte>((void*)snapshot.DangerousGetHandle(), header.Length).CopyTo(header);
            }
        }

        return true;
    }

    /// <summary>Whether the database file alone has everything, so that the log may be overwritten while this reads.</summary>
    /// <remarks>
    /// A log is only started anew, with another salt, when all of it was copied into the database file and no reader needs it; readers
    /// that need nothing of it do not stop that. The count of copied frames is set back after the salt changed, so it is read first.
    /// </remarks>
    private unsafe bool IsAllInDatabase(int frames, ReadOnlySpan<byte> salt)
    {
        var index = database.SharedIndex();
        var copied = Volatile.Read(ref *(int*)(index + 96));
        Interlocked.MemoryBarrier();
        return copied >= frames || !new ReadOnlySpan<byte>(index + 32, salt.Length).SequenceEqual(salt);
    }

    private object? Scalar(string sql)
    {
        using var command = Connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
