using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Vault.Keys;

namespace WorkspaceServer.Control;

/// <summary>The control database: workspaces, tokens, people, audit. One SQLCipher file under a key of its own.</summary>
/// <remarks>Connections are kept for reuse, keyed and with their prepared statements; a store opens one for a statement or a transaction and disposes it.</remarks>
internal sealed class ControlDatabase : IDisposable
{
    /// <summary>Connections kept open while nobody uses them.</summary>
    private const int MaxIdleConnections = 4;

    private static readonly string[] AppendOnly = ["audit_entry", "audit_cut"];
    private static readonly string[] PurposeStatements = ["PRAGMA application_id = 0", "PRAGMA application_id = 1", "PRAGMA application_id = 2"];
    private static readonly string[] Kept = ["audit_head", "audit_name"];

    private readonly string path;
    private readonly SecretBytes key;
    private readonly ConcurrentBag<StatementCache> idle = [];
    private bool disposed;

    private ControlDatabase(string path, SecretBytes key)
    {
        this.path = path;
        this.key = key;
    }

    /// <summary>Makes a new control database in the folder.</summary>
    public static ControlDatabase Create(DataFolder folder, MasterKey master)
    {
        var control = new ControlDatabase(folder.ControlDatabase, KeyDerivation.ForControl(master));
        using (var connection = EncryptedDatabase.Open(control.path, control.key, DatabaseAccess.Create, Durability.Full))
        using (var command = connection.CreateCommand())
        {
            command.CommandText = PurposeStatements[(int)master.Purpose];
            command.ExecuteNonQuery();
        }

        control.Migrate();
        return control;
    }

    /// <summary>Opens the control database and brings its schema up to date.</summary>
    /// <exception cref="Vault.VaultException">The file is missing, damaged, or was made under another master key.</exception>
    public static ControlDatabase Open(DataFolder folder, MasterKey master)
    {
        var control = new ControlDatabase(folder.ControlDatabase, KeyDerivation.ForControl(master));
        try
        {
            // Before it is brought up to date: a program that is being written must not change the files of one that is used.
            control.RequirePurpose(master.Purpose);
            control.Migrate();
            return control;
        }
        catch
        {
            control.Dispose();
            throw;
        }
    }

    /// <summary>Opens a copy of the control database, under a key of its own, while the master key is replaced.</summary>
    public static ControlDatabase OpenCopy(string path, MasterKey master)
    {
        var control = new ControlDatabase(path, KeyDerivation.ForControl(master));
        control.Migrate();
        return control;
    }

    /// <summary>A connection of the caller's own until it disposes it.</summary>
    public ControlConnection Open()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        return new ControlConnection(idle.TryTake(out var kept) ? kept : OpenProtected(), Return);
    }

    /// <summary>A connection that may also remove old rows of the audit log, under its triggers. For the audit sweeper only.</summary>
    public ControlConnection OpenForSweep() => new(new StatementCache(OpenPlain()), used => used.Dispose());

    /// <summary>The schema that the file has; <see cref="Migrations.All"/> has the one of this program.</summary>
    public int SchemaVersion
    {
        get
        {
            using var connection = Open();
            return Migrations.Version(connection);
        }
    }

    /// <summary>Reads every page and checks its HMAC, about 10 s for each GB.</summary>
    /// <returns>What is wrong; nothing if the file is whole.</returns>
    public IReadOnlyList<string> CheckIntegrity()
    {
        using var connection = OpenPlain();
        return EncryptedDatabase.CheckIntegrity(connection);
    }

    /// <summary>Copies the log into the file and cuts it to nothing: pages as they were before are in neither afterwards, for whatever SQLite frees it overwrites.</summary>
    /// <returns>False if somebody held a moment of it for as long as a statement waits.</returns>
    public bool EmptyLog()
    {
        using var connection = Open();
        using var command = connection.Command("PRAGMA wal_checkpoint(TRUNCATE)");
        return (long)command.ExecuteScalar()! == 0;
    }

    public void Dispose()
    {
        disposed = true;
        while (idle.TryTake(out var connection))
        {
            connection.Dispose();
        }

        key.Dispose();
    }

    private void Return(StatementCache connection)
    {
        if (disposed || idle.Count >= MaxIdleConnections)
        {
            connection.Dispose();
        }
        else
        {
            idle.Add(connection);
        }
    }

    /// <remarks>Kept in a field of the file's header that SQLite leaves to programs; 0, as it is in a new file, is production.</remarks>
    private void RequirePurpose(KeyPurpose purpose)
    {
        using var connection = OpenPlain();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA application_id";
        if (Convert.ToInt32(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture) != (int)purpose)
        {
            throw new ProblemException(ProblemCodes.BadConfiguration, $"The control database {path} was made for something else than {purpose.ToString().ToLowerInvariant()}, for which the master key is. Correct Vault:DataDirectory or Vault:MasterKeyFile.");
        }
    }

    private void Migrate()
    {
        using var connection = new ControlConnection(new StatementCache(OpenPlain()), used => used.Dispose());
        Migrations.Apply(connection);
    }

    private StatementCache OpenProtected()
    {
        var connection = OpenPlain();
        AppendOnlyTables.Protect(connection, AppendOnly, Kept);
        return new StatementCache(connection);
    }

    private SqliteConnection OpenPlain() => EncryptedDatabase.Open(path, key, DatabaseAccess.ReadWrite, Durability.Full);
}
