using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace WorkspaceServer.EndToEnd.Agents;

/// <summary>A disk of its own for a folder, so small that a test can fill it to the last byte. Needs root, as every mount does.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly string folder;
    private readonly string filler;

    private SmallDisk(string folder)
    {
        this.folder = folder;
        filler = Path.Combine(folder, "filler");
    }

    /// <summary>Why there can be none, or null.</summary>
    public static string? Missing => Environment.IsPrivilegedProcess ? null : "Only root may mount the small disk that this test fills.";

    public static SmallDisk Mount(string folder, int mebibytes)
    {
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Run("mount", "-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={mebibytes}m,mode=0700"), "tmpfs", folder);
        return new SmallDisk(folder);
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

    public void MakeRoom() => File.Delete(filler);

    public void Dispose() => Run("umount", "-l", folder);

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}");
    }
}
