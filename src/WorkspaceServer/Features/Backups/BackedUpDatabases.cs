using System.Globalization;
using WorkspaceServer.Features.Backups.Generations;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Vault.Keys;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Backups;

/// <summary>The databases that belong into a backup: the control database and every workspace's, by the name that a backup calls them.</summary>
internal sealed class BackedUpDatabases(WorkspaceStore workspaces, DataFolder folder, MasterKey master)
{
    /// <summary>The file system's clock counts in steps; what was written this shortly ago may be written again without another time.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(2);

    /// <summary>Every workspace, by id; also those on hold, which may be brought back.</summary>
    public IReadOnlyList<string> Workspaces() => [.. workspaces.ListKept().Select(workspace => workspace.Id.ToString())];

    /// <summary>Holds the database at this moment.</summary>
    /// <returns>Null if the workspace is gone.</returns>
    public PinnedDatabase? Hold(string file)
    {
        using var key = KeyOf(file);
        return key is null ? null : PinnedDatabase.Open(PathOf(file), key);
    }

    /// <summary>Lengths and times of the files on the disk: while they stay the same, nobody wrote. Empty if somebody wrote just now.</summary>
    public string Fingerprint(string file)
    {
        var path = PathOf(file);
        var text = "";
        foreach (var each in (FileInfo[])[new(path), new(path + "-wal")])
        {
            if (each is { Exists: true, Length: > 0 })
            {
                // Measured by the system's clock, which is also the file system's.
                if (TimeProvider.System.GetUtcNow() - each.LastWriteTimeUtc < Settled)
                {
                    return "";
                }

                text += string.Create(CultureInfo.InvariantCulture, $"{each.Length} {each.LastWriteTimeUtc.Ticks} ");
            }
        }

        return text;
    }

    private string PathOf(string file) => file == BackedUpFile.Control ? folder.ControlDatabase : folder.DatabaseOf(WorkspaceId.Parse(file));

    private SecretBytes? KeyOf(string file) => file == BackedUpFile.Control
        ? KeyDerivation.ForControl(master)
        : workspaces.FindKept(WorkspaceId.Parse(file)) is { } workspace ? KeyDerivation.ForWorkspace(master, workspace.Id, workspace.KeySalt) : null;
}
