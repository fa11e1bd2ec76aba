using WorkspaceServer.Testing;

namespace WorkspaceServer.Tests.House;

/// <summary>Puts files into a temporary folder.</summary>
internal static class PlantedFiles
{
    public static string Write(this TemporaryFolder folder, string relative, string text, bool executable = false)
    {
        var path = folder.File(relative);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        if (executable)
        {
            File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.UserExecute);
        }

        return path;
    }
}
