using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace WorkspaceServer.Tests.Sandbox;

/// <summary>The content of every file under some folders, and what there is beside them.</summary>
/// <remarks>
/// Handles stay open until the end: to close one drops the locks that SQLite holds on the same file in this process
/// (sqlite.org/howtocorrupt.html, section 2.2).
/// </remarks>
internal sealed class WatchedFiles(params string[] folders) : IDisposable
{
    private readonly Dictionary<string, SafeFileHandle> handles = [];
    private readonly byte[] buffer = new byte[1 << 20];

    /// <summary>One line per file: its path and the hash of its bytes.</summary>
    public string State() => string.Join('\n', folders
        .SelectMany(folder => Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories))
        .Where(path => !IsTrail(path))
        .Order(StringComparer.Ordinal)
        .Select(path => $"{path} {(Directory.Exists(path) ? "folder" : IsLockState(path) ? "locks" : Hash(path))}"));

    public void Dispose()
    {
        foreach (var handle in handles.Values)
        {
            handle.Dispose();
        }
    }

    /// <summary>Every reader notes there up to where it reads (sqlite.org/walformat.html, section 2.3); it holds nothing of the data.</summary>
    private static bool IsLockState(string path) => path.EndsWith("-shm", StringComparison.Ordinal);

    /// <summary>The server itself writes down there that a statement ran; the worker cannot, and nothing of the statement goes in.</summary>
    private static bool IsTrail(string path) => Path.GetFileName(path) == "statements.log";

    private string Hash(string path)
    {
        if (!handles.TryGetValue(path, out var handle))
        {
            handles.Add(path, handle = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete));
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (long at = 0; RandomAccess.Read(handle, buffer, at) is var read and > 0; at += read)
        {
            hash.AppendData(buffer, 0, read);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
