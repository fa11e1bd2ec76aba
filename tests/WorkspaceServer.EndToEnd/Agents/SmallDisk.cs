using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace WorkspaceServer.EndToEnd.Agents;

/// <summary>A disk of its own for a folder, so small that a test can fill it to the last byte. Needs root, as every mount does.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly string folder;
    private readonly string filler;
    private readonly long size;

    private SmallDisk(string folder, long size)
    {
        (this.folder, this.size) = (folder, size);
        filler = Path.Combine(folder, "filler");
    }

    /// <summary>Why there can be none, or null.</summary>
    public static string? Missing => Environment.IsPrivilegedProcess ? null : "Only root may mount the small disk that this test fills.";

    public static SmallDisk Mount(string folder, int mebibytes)
    {
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Run("mount", "-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={mebibytes}m,mode=0700"), "tmpfs", folder);
        return new SmallDisk(folder, (long)mebibytes << 20);
    }

    public void Fill()
    {
        using var file = new FileStream(filler, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        foreach (var size in new[] { 1 << 20, 4096, 1 })
        {
            var block = new byte[size];
            try
            {
                while (true)
                {
                    file.Write(block);
                }
            }
            catch (IOException)
            {
                // As full as it gets with blocks of this size.
            }
        }
    }

    /// <summary>Bytes that are taken.</summary>
    public long Used => new DriveInfo(folder) is var disk ? disk.TotalSize - disk.AvailableFreeSpace : 0;

    /// <summary>Makes the disk so small that it is full when so many more bytes are written, whenever that is.</summary>
    public void Leave(long bytes) => Resize(Used + bytes);

    public void MakeRoom()
    {
        File.Delete(filler);
        Resize(size);
    }

    public void Dispose() => Run("umount", "-l", folder);

    private void Resize(long bytes) => Run("mount", "-o", string.Create(CultureInfo.InvariantCulture, $"remount,size={bytes}"), folder);

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}");
    }
}
