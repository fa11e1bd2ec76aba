using System.Security.Cryptography;
using System.Text;
using WorkspaceServer.Vault.Databases;

namespace WorkspaceServer.Features.Backups;

/// <summary>The stamps of a database's pages as of what is in the store, kept in the data folder: backup/FILE.stamps.</summary>
/// <remarks>
/// The first line holds the generation they came with (for packs, its base) and the fingerprint of the file then. They may be older than what is in the store, never newer: they are written after the store has the signed generation. Pages that changed since
/// older stamps are more pages than needed, and right.
/// </remarks>
internal sealed class Stamps(DataFolder folder)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static string Digest(ReadOnlySpan<byte> stamps) => Convert.ToHexStringLower(SHA256.HashData(stamps));

    /// <summary>The digest of a database file's stamps, as it lies on the disk without a log.</summary>
    public static string DigestOfFile(string path)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var file = new FileStream(path, new FileStreamOptions { Access = FileAccess.Read, BufferSize = 1 << 17, Options = FileOptions.SequentialScan });
        var page = new byte[EncryptedDatabase.PageBytes];
        while (file.ReadAtLeast(page, page.Length, throwOnEndOfStream: false) == page.Length)
        {
            hash.AppendData(PinnedDatabase.StampOf(page));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>What was remembered, or null.</summary>
    public byte[]? Read(string file)
    {
        try
        {
            var bytes = File.ReadAllBytes(PathOf(file));
            var line = Array.IndexOf(bytes, (byte)'\n') + 1;
            return line > 0 && (bytes.Length - line) % PinnedDatabase.StampBytes == 0 ? bytes[line..] : null;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The whole backup they came with or after, and the fingerprint that the database had then; empty if nothing is remembered.</summary>
    public (string Base, string Fingerprint) Origin(string file)
    {
        try
        {
            using var reader = new StreamReader(PathOf(file), Encoding.ASCII);
            return (reader.ReadLine() ?? "").Split(' ', 2) is [var whole, var fingerprint] ? (whole, fingerprint) : ("", "");
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return ("", "");
        }
    }

    public void Write(string file, string whole, string fingerprint, ReadOnlySpan<byte> stamps)
    {
        folder.CreateBackup();
        var partial = PathOf(file) + ".partial";
        using (var output = new FileStream(partial, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
        {
            output.Write(Encoding.ASCII.GetBytes($"{whole} {fingerprint}\n"));
            output.Write(stamps);
        }

        File.Move(partial, PathOf(file), overwrite: true);
    }

    public void Forget(string file) => File.Delete(PathOf(file));

    private string PathOf(string file) => Path.Combine(folder.Backup, file + ".stamps");
}
