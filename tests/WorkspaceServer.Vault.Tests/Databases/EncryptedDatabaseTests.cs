using System.Text;
using Microsoft.Data.Sqlite;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Vault.Keys;
using Xunit;

namespace WorkspaceServer.Vault.Tests.Databases;

public sealed class EncryptedDatabaseTests : IDisposable
{
    private const string Canary = "canary-6f1d2c-ledger-of-sharma";
    private readonly TemporaryFolder folder = new();
    private readonly SecretBytes key = NewKey(1);

    private string Path => folder.File("workspace.db");

    [Fact]
    [Trait("claim", "A28")]
    [Trait("claim", "E4")]
    public void NoFileHoldsPlaintext()
    {
        using var database = CreateWithCanary();

        var files = Directory.GetFiles(folder.Path);
        Assert.Equal(["workspace.db", "workspace.db-shm", "workspace.db-wal"], files.Select(System.IO.Path.GetFileName).Order());
        foreach (var file in files)
        {
            Assert.False(Holds(file, "SQLite format 3"), file);
            Assert.False(Holds(file, Canary), file);
        }
    }

    [Fact]
    [Trait("claim", "A28")]
    public void ThePlantedCanaryWouldBeFound()
    {
        File.WriteAllText(folder.File("plain.db"), "x" + Canary);

        Assert.True(Holds(folder.File("plain.db"), Canary));
    }

    [Fact]
    [Trait("claim", "A28")]
    [Trait("claim", "E4")]
    [Trait("claim", "A30")]
    public void AnotherKeyIsRefused()
    {
        CreateWithCanary().Dispose();
        using var other = NewKey(2);

        var refusal = Assert.Throws<VaultException>(() => EncryptedDatabase.Open(Path, other, DatabaseAccess.ReadWrite));
        Assert.Equal(VaultError.WrongKey, refusal.Error);
    }

    [Fact]
    [Trait("claim", "B10")]
    [Trait("claim", "C10")]
    public void PagesAreAes256WithHmacSha512()
    {
        using var database = CreateWithCanary();

        Assert.Equal("AES-256-CBC", Scalar(database, "PRAGMA cipher"));
        Assert.Equal("HMAC_SHA512", Scalar(database, "PRAGMA cipher_hmac_algorithm"));
        Assert.Equal("1", Scalar(database, "PRAGMA cipher_use_hmac"));
    }

    [Fact]
    [Trait("claim", "B10")]
    [Trait("claim", "C10")]
    public void AFlippedBitInAPageIsNoticed()
    {
        CreateWithCanary().Dispose();
        using (var file = new FileStream(Path, FileMode.Open, FileAccess.ReadWrite))
        {
            file.Position = EncryptedDatabase.PageBytes + 100;
            var value = file.ReadByte();
            file.Position--;
            file.WriteByte((byte)(value ^ 1));
        }

        using var database = EncryptedDatabase.Open(Path, key, DatabaseAccess.ReadOnly);
        Assert.NotEmpty(EncryptedDatabase.CheckIntegrity(database));
        Assert.Throws<SqliteException>(() => Scalar(database, "SELECT text FROM note"));
    }

    [Fact]
    public void AWholeFileHasNoProblems()
    {
        using var database = CreateWithCanary();

        Assert.Empty(EncryptedDatabase.CheckIntegrity(database));
    }

    [Fact]
    [Trait("claim", "A42")]
    public void FilesAreForTheirOwnerOnly_WhateverTheUmask()
    {
        var before = Umask(0);
        try
        {
            using var database = CreateWithCanary();
            Assert.All(Directory.GetFiles(folder.Path), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
        }
        finally
        {
            _ = Umask(before);
        }
    }

    [Fact]
    public void RekeyedFilesOpenWithTheNewKeyOnly()
    {
        using var next = NewKey(9);
        using (var database = CreateWithCanary())
        {
            EncryptedDatabase.Rekey(database, next);
        }

        Assert.Throws<VaultException>(() => EncryptedDatabase.Open(Path, key, DatabaseAccess.ReadOnly));
        using var again = EncryptedDatabase.Open(Path, next, DatabaseAccess.ReadOnly);
        Assert.Equal(Canary, Scalar(again, "SELECT text FROM note"));
    }

    [Fact]
    public void AnExistingFileIsNeverMadeAnew()
    {
        CreateWithCanary().Dispose();

        Assert.Throws<IOException>(() => EncryptedDatabase.Open(Path, key, DatabaseAccess.Create));
    }

    [Fact]
    public void AMissingFileIsNotMadeByOpeningIt()
    {
        Assert.Throws<VaultException>(() => EncryptedDatabase.Open(Path, key, DatabaseAccess.ReadWrite));
        Assert.False(File.Exists(Path));
    }

    [Fact]
    public void AReadOnlyHandleRefusesWrites()
    {
        CreateWithCanary().Dispose();
        using var database = EncryptedDatabase.Open(Path, key, DatabaseAccess.ReadOnly);

        Assert.Throws<SqliteException>(() => Scalar(database, "DELETE FROM note"));
    }

    [Fact]
    [Trait("claim", "A43")]
    public void FoldersAreForTheirOwnerOnly()
    {
        var data = DataFolder.Create(folder.File("data"));
        var id = WorkspaceId.New(DateTimeOffset.UnixEpoch);
        data.CreateWorkspace(id);

        Assert.Equal("700", Convert.ToString((int)File.GetUnixFileMode(data.FolderOf(id)), 8));
        Assert.Equal("700", Convert.ToString((int)File.GetUnixFileMode(data.Path), 8));
        DataFolder.Open(data.Path);
        File.SetUnixFileMode(data.Path, File.GetUnixFileMode(data.Path) | UnixFileMode.GroupExecute);
        Assert.Contains("chmod 0700", Assert.Throws<VaultException>(() => DataFolder.Open(data.Path)).Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        key.Dispose();
        folder.Dispose();
    }

    private static SecretBytes NewKey(byte fill)
    {
        var key = new SecretBytes(KeyDerivation.KeyBytes);
        key.Writable.Fill(fill);
        return key;
    }

    private static bool Holds(string file, string text)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(text)) >= 0;
    }

    private static string? Scalar(SqliteConnection database, string sql)
    {
        using var command = database.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar()?.ToString();
    }

    [System.Runtime.InteropServices.DllImport("libc", EntryPoint = "umask")]
    [System.Runtime.InteropServices.DefaultDllImportSearchPaths(System.Runtime.InteropServices.DllImportSearchPath.SafeDirectories)]
    private static extern uint Umask(uint mask);

    private SqliteConnection CreateWithCanary()
    {
        var database = EncryptedDatabase.Open(Path, key, DatabaseAccess.Create);
        Scalar(database, "CREATE TABLE note (text TEXT) STRICT");
        Scalar(database, $"INSERT INTO note VALUES ('{Canary}')");
        return database;
    }
}
