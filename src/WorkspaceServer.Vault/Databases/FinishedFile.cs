using System.Runtime.InteropServices;

namespace WorkspaceServer.Vault.Databases;

/// <summary>Gives a file that is finished its name.</summary>
public static partial class FinishedFile
{
    private const int AlreadyExists = 17; // EEXIST

    /// <summary>Moves a file to a name of the same folder, unless the name is taken: of many who try at once, one succeeds.</summary>
    /// <remarks>
    /// File.Move looks first and renames then, and what came between is lost. link(2) does both in one step; where there are no hard links, as on FAT, File.Move is what is left.
    /// </remarks>
    /// <exception cref="IOException">The name is taken, or the file cannot be moved; it stays where it is.</exception>
    public static void MoveTo(string file, string name)
    {
        if (Link(file, name) == 0)
        {
            File.Delete(file);
        }
        else if (Marshal.GetLastPInvokeError() == AlreadyExists)
        {
            throw new IOException($"The file {name} exists already.");
        }
        else
        {
            File.Move(file, name, overwrite: false);
        }
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string file, string name);
}
