using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Backups.Restore;

/// <summary>Moves a restore, which was made in a folder inside the data folder, to its place. That takes several moves, and whoever is killed between two of them leaves what the next restore knows to be its own.</summary>
/// <remarks>
/// The control database is moved last: without it no server starts on what is there, so as long as it is not in its place nobody has written anything that counts. Before the first
/// move, the folder gets another name and a list of what will be moved: only what is on that list is ever removed.
/// </remarks>
internal sealed class FolderFilling(string target)
{
    private const string Control = "control.db";
    private const string Parts = ".parts";

    private readonly string moving = Path.Combine(target, ".restored");

    /// <summary>Where a restore is made until all of it was proved.</summary>
    public string Unfinished { get; } = Path.Combine(target, ".restoring");

    /// <exception cref="ProblemException">Something is there that is not of a restore that was cut short.</exception>
    public void RequireEmpty()
    {
        var own = IsFilled ? [Unfinished] : (string[])[Unfinished, moving, .. Leftovers()];
        if (Directory.EnumerateFileSystemEntries(target).Except(own, StringComparer.Ordinal).Any())
        {
            throw new ProblemException(ProblemCodes.AlreadyExists, $"{target} is not empty. Move what is there away, or name another folder with --set Vault:DataDirectory=FOLDER.");
        }
    }

    /// <summary>Removes what a restore left that was killed while it moved its parts. The list goes last, so that this can be cut short, too.</summary>
    public void RemoveLeftovers()
    {
        foreach (var part in Leftovers().ToArray())
        {
            Remove(part);
        }

        Remove(moving);
    }

    /// <summary>Moves everything from <see cref="Unfinished"/> to its place.</summary>
    public void Fill()
    {
        string[] names = [.. Directory.EnumerateFileSystemEntries(Unfinished).Select(entry => Path.GetFileName(entry)).Order(StringComparer.Ordinal)];
        File.WriteAllLines(Path.Combine(Unfinished, Parts), names);
        Directory.Move(Unfinished, moving);
        foreach (var name in names.OrderBy(name => name == Control))
        {
            Directory.Move(Path.Combine(moving, name), Path.Combine(target, name));
        }

        Directory.Delete(moving, recursive: true);
    }

    private bool IsFilled => File.Exists(Path.Combine(target, Control));

    /// <summary>What was moved before it was cut short.</summary>
    private IEnumerable<string> Leftovers() => File.Exists(Path.Combine(moving, Parts))
        ? File.ReadAllLines(Path.Combine(moving, Parts)).Where(name => name is not ("" or "." or "..") && name == Path.GetFileName(name)).Select(name => Path.Combine(target, name)).Where(Path.Exists)
        : [];

    private static void Remove(string path)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
        else
        {
            File.Delete(path);
        }
    }
}
