using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using WorkspaceServer.Vault.Keys;

namespace WorkspaceServer.Vault.Databases;

/// <summary>Puts a database under another key: in a copy, which takes the file's place in one step once every page of it was read back.</summary>
/// <remarks>Whenever the program ends, the file is whole and under one of the two keys. For files that nobody else has open.</remarks>
public static partial class KeyChange
{
    private const string CopySuffix = ".rekeyed";

    /// <summary>Whether the file is under this key, and not under the other one, which is tried first.</summary>
    /// <exception cref="VaultException">The file is missing or damaged.</exception>
    public static bool IsUnder(string path, SecretBytes key, SecretBytes other) => !Opens(path, other) && Opens(path, key);

    private static bool Opens(string path, SecretBytes key)
    {
        try
        {
            EncryptedDatabase.Open(path, key, DatabaseAccess.ReadWrite).Dispose();
            return true;
        }
        catch (VaultException error) when (error.Error == VaultError.WrongKey)
        {
            return false;
        }
    }

    /// <param name="adjust">Given the path of the copy under the new key, before it takes the file's place.</param>
    /// <returns>False if the file was under the new key already.</returns>
    /// <exception cref="VaultException">The file opens with neither key, or is damaged; then it stays as it was.</exception>
    public static bool Apply(string path, SecretBytes from, SecretBytes to, Action<string>? adjust = null)
    {
        var copy = path + CopySuffix;
        RemoveCopy(path);
        if (IsUnder(path, to, from))
        {
            return false;
        }

        FoldLog(path, from);
        File.Copy(path, copy);
        Rekey(path, copy, from, to);
        adjust?.Invoke(copy);
        FoldLog(copy, to);
        Prove(path, copy, to);
        File.Move(copy, path, overwrite: true);
        return true;
    }

    /// <summary>Removes what a call that was cut short left.</summary>
    public static void RemoveCopy(string path)
    {
        foreach (var left in (string[])["", "-wal", "-shm"])
        {
            File.Delete(path + CopySuffix + left);
        }
    }

    /// <summary>Brings everything that was written or renamed so far onto the disk: sync(2), which waits on Linux.</summary>
    public static void SyncDisk() => Sync();

    [LibraryImport("libc", EntryPoint = "sync")]
    private static partial void Sync();

    private static void Rekey(string path, string copy, SecretBytes from, SecretBytes to)
    {
        try
        {
            using var connection = EncryptedDatabase.Open(copy, from, DatabaseAccess.ReadWrite, Durability.Full);
            EncryptedDatabase.Rekey(connection, to);
        }
        catch (SqliteException error)
        {
            throw EncryptedDatabase.Translate(path, error);
        }
    }

    /// <summary>Leaves nothing in the log, which belongs to the file of this key alone.</summary>
    private static void FoldLog(string path, SecretBytes key)
    {
        using (var connection = EncryptedDatabase.Open(path, key, DatabaseAccess.ReadWrite, Durability.Full))
        using (var command = connection.CreateCommand())
        {
            command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
            command.ExecuteNonQuery();
        }

        if (new FileInfo(path + "-wal") is { Exists: true, Length: > 0 })
        {
            throw new VaultException(VaultError.DataFolder, $"The database file {path} is in use. Stop whatever has it open, then try again.");
        }
    }

    private static void Prove(string path, string copy, SecretBytes key)
    {
        using var connection = EncryptedDatabase.Open(copy, key, DatabaseAccess.ReadWrite, Durability.Full);
        if (EncryptedDatabase.CheckIntegrity(connection) is [var problem, ..])
        {
            throw new VaultException(VaultError.Corrupt, string.Create(CultureInfo.InvariantCulture, $"The file {path} is damaged ({problem}) and stays under its old key."));
        }
    }
}
