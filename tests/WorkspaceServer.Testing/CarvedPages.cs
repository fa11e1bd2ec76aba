using System.Security.Cryptography;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Vault.Keys;

namespace WorkspaceServer.Testing;

/// <summary>
/// Decrypts every page of a SQLCipher file and of its log by hand, also those that no table uses any more: what a thief with the key would find who does not ask SQLite.
/// zetetic.net/sqlcipher/design: AES-256 in CBC mode, and 80 bytes at the end of each page, of which the first 16 are its IV; page 1 begins with the salt in clear.
/// </summary>
internal static class CarvedPages
{
    private const int ReservedBytes = 80;
    private const int IvBytes = 16;
    private const int SaltBytes = 16;

    // sqlite.org/fileformat2.html, section 4.1.
    private const int LogHeaderBytes = 32;
    private const int FrameHeaderBytes = 24;

    /// <summary>Whether these bytes are on any page, in the file or in the log beside it.</summary>
    public static bool Hold(string database, SecretBytes key, ReadOnlySpan<byte> wanted)
    {
        using var aes = Aes.Create();
        aes.SetKey(key.Span);
        foreach (var page in Pages(database).Concat(Pages(database + "-wal")))
        {
            // Bytes that run over the end of a page are not found; what a test plants is short.
            if (Decrypt(aes, page).AsSpan().IndexOf(wanted) >= 0)
            {
                return true;
            }
        }

        return false;
    }

    private static byte[] Decrypt(Aes aes, (byte[] Bytes, bool IsFirst) page)
    {
        var start = page.IsFirst ? SaltBytes : 0;
        var end = EncryptedDatabase.PageBytes - ReservedBytes;
        return aes.DecryptCbc(page.Bytes.AsSpan(start, end - start), page.Bytes.AsSpan(end, IvBytes), PaddingMode.None);
    }

    private static IEnumerable<(byte[] Bytes, bool IsFirst)> Pages(string file)
    {
        if (!File.Exists(file))
        {
            yield break;
        }

        var isLog = file.EndsWith("-wal", StringComparison.Ordinal);
        var (head, step) = isLog ? (LogHeaderBytes, FrameHeaderBytes + EncryptedDatabase.PageBytes) : (0, EncryptedDatabase.PageBytes);
        var bytes = ReadAll(file);
        for (var at = head; at + step <= bytes.Length; at += step)
        {
            var isFirst = isLog ? System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at)) == 1 : at == 0;
            yield return (bytes[(at + step - EncryptedDatabase.PageBytes)..(at + step)], isFirst);
        }
    }

    /// <summary>By another process: a file of a database that is open here must not be opened and closed here a second time, which would drop SQLite's locks.</summary>
    private static byte[] ReadAll(string file)
    {
        using var copy = new TemporaryFolder();
        using var process = System.Diagnostics.Process.Start("/bin/cp", [file, copy.File("copy")]);
        process.WaitForExit();
        return File.ReadAllBytes(copy.File("copy"));
    }
}
