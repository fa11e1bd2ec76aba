using System.Text;

namespace WorkspaceServer.Commands;

/// <summary>Writes a secret to a new file that only its owner can read, so that it need not cross the screen.</summary>
internal static class SecretFile
{
    /// <exception cref="IOException">The file is there already.</exception>
    public static void Write(string path, string secret)
    {
        using var stream = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        stream.Write(Encoding.ASCII.GetBytes(secret));
    }
}
