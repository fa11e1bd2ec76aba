namespace WorkspaceServer.Hosting.Checks;

/// <summary>Asks how much room there is; tests answer it themselves, for no test may fill a disk.</summary>
internal interface IDiskProbe
{
    /// <summary>Bytes that this user may still write in the file system that holds the path, and its size in bytes.</summary>
    (long Free, long Total) Space(string path);
}

/// <summary>The machine's own disks.</summary>
internal sealed class DiskProbe : IDiskProbe
{
    public (long Free, long Total) Space(string path)
    {
        // On Linux DriveInfo takes any path of the file system: statvfs(3).
        var drive = new DriveInfo(path);
        return (drive.AvailableFreeSpace, drive.TotalSize);
    }
}
