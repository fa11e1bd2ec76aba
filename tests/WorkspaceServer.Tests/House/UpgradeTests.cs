using System.Globalization;
using Microsoft.Data.Sqlite;
using WorkspaceServer.Control;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Vault.Keys;
using Xunit;

namespace WorkspaceServer.Tests.House;

/// <summary>A newer program takes over what an older one left, from whichever version; an older one leaves what is newer alone.</summary>
public sealed class UpgradeTests : IDisposable
{
    private static readonly int Newest = Migrations.All[^1].Version;

    private readonly TemporaryFolder folder = new();
    private readonly MasterKey master;

    public UpgradeTests()
    {
        SqlCipher.Initialize();
        MasterKey.Create(folder.File("master.key"));
        master = MasterKey.Load(folder.File("master.key"));
    }

    public static TheoryData<int> OlderVersions => [.. Migrations.All.Select(script => script.Version).SkipLast(1)];

    [Theory]
    [Trait("claim", "D64")]
    [MemberData(nameof(OlderVersions))]
    public void TheRowsOfEveryOlderVersionAreThereAfterAnUpgrade(int version)
    {
        var data = DataFolder.Create(folder.File("data"));
        using (var old = Open(data, DatabaseAccess.Create))
        {
            foreach (var (number, sql) in Migrations.All.Where(script => script.Version <= version))
            {
                Execute(old, sql + $"; PRAGMA user_version = {number.ToString(CultureInfo.InvariantCulture)}");
            }

            Execute(old, "INSERT INTO workspace (id, name, key_salt, created_at) VALUES ('0193b3a2c4d57e8f9a0b1c2d3e4f5061', 'Sharma Traders', zeroblob(32), 1764000000)");
        }

        ControlDatabase.Open(data, master).Dispose();

        using var now = Open(data, DatabaseAccess.ReadWrite);
        Assert.Equal(((long)Newest, "Sharma Traders 1764000000"), (Read(now, "PRAGMA user_version"), Read(now, "SELECT name || ' ' || created_at FROM workspace")));
    }

    [Fact]
    [Trait("claim", "D64")]
    public void AnOlderProgramSaysThatTheDataIsNewer_AndChangesNothing()
    {
        var data = DataFolder.Create(folder.File("data"));
        ControlDatabase.Create(data, master).Dispose();
        using (var newer = Open(data, DatabaseAccess.ReadWrite))
        {
            Execute(newer, $"PRAGMA user_version = {(Newest + 1).ToString(CultureInfo.InvariantCulture)}");
        }

        var before = File.ReadAllBytes(data.ControlDatabase);
        Assert.Contains("newer version", Assert.Throws<ProblemException>(() => ControlDatabase.Open(data, master)).Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(data.ControlDatabase));
    }

    public void Dispose()
    {
        master.Dispose();
        folder.Dispose();
    }

    private SqliteConnection Open(DataFolder data, DatabaseAccess access)
    {
        using var key = KeyDerivation.ForControl(master);
        return EncryptedDatabase.Open(data.ControlDatabase, key, access, Durability.Full);
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The scripts of the program, and constants of this test.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private static object? Read(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this test.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }
}
