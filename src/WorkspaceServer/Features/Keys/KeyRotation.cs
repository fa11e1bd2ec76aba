using WorkspaceServer.Control;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Vault.Keys;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Keys;

/// <param name="OldKeyFile">Where the replaced key lies now.</param>
internal sealed record KeyRotationResult(string OldFingerprint, string Fingerprint, string OldKeyFile, int Workspaces);

/// <summary>Replaces the master key: every workspace's file, then the control database, then the key's own file.</summary>
/// <remarks>
/// Nobody else works in the data folder meanwhile. The new key lies beside the old one from before the first file changes until after the last
/// one has, and each file is under one of the two at any time: whenever the program ends, the next run sees from the files how far it came.
/// The control database is the turning point; up to there it can be undone. Reasons: decisions/0022.
/// </remarks>
/// <param name="changes">What features keep under the master key in the control database, in their own words.</param>
internal sealed class KeyRotation(VaultOptions options, TimeProvider clock, params IReadOnlyList<KeyRotation.Change> changes)
{
    public static readonly Recording Recording = Recording.As(AuditActions.KeyRotated);

    private readonly string keyFile = Path.GetFullPath(options.MasterKeyFile);

    /// <summary>Brings what one feature keeps under the other key, in the transaction that turns everything.</summary>
    internal delegate void Change(ControlConnection connection, MasterKey from, MasterKey to);

    private string NextFile => keyFile + ".next";

    /// <exception cref="ProblemException">Only some files are under the new key yet.</exception>
    public static void RequireNone(VaultOptions options)
    {
        if (File.Exists(Path.GetFullPath(options.MasterKeyFile) + ".next"))
        {
            throw new ProblemException(
                ProblemCodes.BadConfiguration,
                "The master key is being replaced, or that was cut short. Finish it: workspace-server key rotate --yes. Or go back: workspace-server key rotate --undo --yes");
        }
    }

    /// <summary>Begins, or goes on where it was cut short.</summary>
    /// <exception cref="ProblemException">Somebody works in the data folder.</exception>
    /// <exception cref="Vault.VaultException">A file is missing, damaged or under another key; the message names it.</exception>
    public KeyRotationResult Run(Action<double, string> report)
    {
        var folder = OpenFolder();
        using var alone = FolderUse.Alone(folder);
        using var from = MasterKey.Load(keyFile);
        MakeNext(folder, from);
        using var to = MasterKey.Load(NextFile);
        if (!IsTurned(folder, from, to))
        {
            ChangeWorkspaces(folder, from, to, report);
            KeyChange.SyncDisk();
            report(1, "Control database");
            ChangeControl(folder, from, to);
        }

        KeyChange.SyncDisk();
        using var control = ControlDatabase.Open(folder, to);
        return new KeyRotationResult(from.Fingerprint, to.Fingerprint, SwapKeyFiles(from), new WorkspaceStore(control).ListKept().Count);
    }

    /// <summary>Brings every file back under the old key and forgets the new one.</summary>
    /// <exception cref="ProblemException">Nothing was begun, or it is too late for that, or somebody works in the data folder.</exception>
    public async Task UndoAsync(Action<double, string> report)
    {
        var folder = OpenFolder();
        using var alone = FolderUse.Alone(folder);
        if (!File.Exists(NextFile))
        {
            throw new ProblemException(ProblemCodes.NotFound, "No replacement of the master key was begun.");
        }

        using var from = MasterKey.Load(keyFile);
        using var to = MasterKey.Load(NextFile);
        if (IsTurned(folder, from, to))
        {
            throw new ProblemException(ProblemCodes.InvalidArgument, "It is too late to go back: every file is under the new key. Finish it: workspace-server key rotate --yes");
        }

        using var control = ControlDatabase.Open(folder, from);
        var workspaces = new WorkspaceStore(control).ListKept();
        for (var i = 0; i < workspaces.Count; i++)
        {
            report((double)i / workspaces.Count, workspaces[i].Name);
            using var oldKey = KeyOf(from, workspaces[i]);
            using var newKey = KeyOf(to, workspaces[i]);
            var path = folder.DatabaseOf(workspaces[i].Id);
            KeyChange.RemoveCopy(path);
            if (KeyChange.IsUnder(path, newKey, oldKey))
            {
                KeyChange.Apply(path, newKey, oldKey);
            }
        }

        KeyChange.RemoveCopy(folder.ControlDatabase);
        KeyChange.SyncDisk();
        using var mac = AuditFeature.OpenMac(control, from);
        await using var audit = AuditFeature.Open(folder, control, mac, clock);
        await audit.RecordAsync(Entry(from, to, workspaces.Count) with { Outcome = "undone" });
        File.Delete(NextFile);
    }

    private DataFolder OpenFolder()
    {
        SqlCipher.Initialize(options.SqlCipherLibrary);
        return DataFolder.Open(options.DataDirectory);
    }

    /// <summary>Makes the new key, after it is known that every file opens with the old one: nothing is begun that cannot be finished.</summary>
    private void MakeNext(DataFolder folder, MasterKey from)
    {
        if (File.Exists(NextFile))
        {
            return;
        }

        using (var control = ControlDatabase.Open(folder, from))
        {
            foreach (var workspace in Swept(folder, control))
            {
                using var key = KeyOf(from, workspace);
                EncryptedDatabase.Open(folder.DatabaseOf(workspace.Id), key, DatabaseAccess.ReadWrite).Dispose();
            }
        }

        var partial = NextFile + ".partial";
        File.Delete(partial);
        MasterKey.Create(partial, from.Purpose);
        File.Move(partial, NextFile);
        KeyChange.SyncDisk();
    }

    private static bool IsTurned(DataFolder folder, MasterKey from, MasterKey to)
    {
        using var oldKey = KeyDerivation.ForControl(from);
        using var newKey = KeyDerivation.ForControl(to);
        return KeyChange.IsUnder(folder.ControlDatabase, newKey, oldKey);
    }

    private static void ChangeWorkspaces(DataFolder folder, MasterKey from, MasterKey to, Action<double, string> report)
    {
        using var control = ControlDatabase.Open(folder, from);
        var workspaces = Swept(folder, control);
        for (var i = 0; i < workspaces.Count; i++)
        {
            report((double)i / (workspaces.Count + 1), workspaces[i].Name);
            using var oldKey = KeyOf(from, workspaces[i]);
            using var newKey = KeyOf(to, workspaces[i]);
            KeyChange.Apply(folder.DatabaseOf(workspaces[i].Id), oldKey, newKey);
        }
    }

    private void ChangeControl(DataFolder folder, MasterKey from, MasterKey to)
    {
        using var oldKey = KeyDerivation.ForControl(from);
        using var newKey = KeyDerivation.ForControl(to);
        KeyChange.Apply(folder.ControlDatabase, oldKey, newKey, copy => ChangeContents(folder, copy, from, to));
    }

    private void ChangeContents(DataFolder folder, string copy, MasterKey from, MasterKey to)
    {
        using var control = ControlDatabase.OpenCopy(copy, to);
        using var mac = AuditFeature.OpenMac(control, from);
        var workspaces = new WorkspaceStore(control).ListKept().Count;

        // Never disposed, which would raise the anchor to a row that is not there yet if this is cut short.
        var audit = AuditFeature.Open(folder, control, mac, clock);
        using var connection = control.Open();
        connection.Begin();
        foreach (var change in changes)
        {
            change(connection, from, to);
        }

        AuditStore.CarryKey(connection, mac.CarryTo(to));
        audit.Append(connection, Entry(from, to, workspaces));
        connection.Commit();
    }

    /// <returns>Where the old key lies then.</returns>
    private string SwapKeyFiles(MasterKey from)
    {
        var kept = $"{keyFile}.old-{from.Fingerprint}";
        if (!File.Exists(kept))
        {
            var partial = kept + ".partial";
            File.Delete(partial);
            File.Copy(keyFile, partial);
            File.Move(partial, kept);
            KeyChange.SyncDisk();
        }

        File.Move(NextFile, keyFile, overwrite: true);
        KeyChange.SyncDisk();
        return kept;
    }

    private static IReadOnlyList<Workspace> Swept(DataFolder folder, ControlDatabase control)
    {
        var store = new WorkspaceStore(control);
        WorkspaceLifecycle.Sweep(store, folder);
        return store.ListKept();
    }

    private static SecretBytes KeyOf(MasterKey master, Workspace workspace) => KeyDerivation.ForWorkspace(master, workspace.Id, workspace.KeySalt);

    private static AuditEntry Entry(MasterKey from, MasterKey to, int workspaces) => new(AuditActions.KeyRotated)
    {
        Target = ("master-key", to.Fingerprint),
        Details = [("old_key", from.Fingerprint), ("workspaces", workspaces)],
    };
}
