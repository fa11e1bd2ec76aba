namespace WorkspaceServer.Age;

/// <summary>Encrypts and decrypts whole files. The destination appears only when it is complete and verified.</summary>
public static class AgeFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int BufferBytes = 1 << 20;

    /// <param name="destination">Made with mode 0600; one that exists is replaced.</param>
    public static void Encrypt(string source, string destination, IReadOnlyCollection<AgeRecipient> recipients) => Write(destination, output =>
    {
        using var input = File.OpenRead(source);
        using var writer = new AgeEncryptStream(output, recipients);
        input.CopyTo(writer, BufferBytes);
        writer.Complete();
    });

    /// <param name="source">Armored or not.</param>
    /// <param name="destination">Made with mode 0600; one that exists is replaced.</param>
    /// <exception cref="AgeException">Nothing was written.</exception>
    public static void Decrypt(string source, string destination, IReadOnlyCollection<AgeIdentity> identities) => Write(destination, output =>
    {
        using var input = File.OpenRead(source);
        using Stream plain = AgeArmor.IsArmored(input) ? new AgeArmorStream(input) : input;
        using var reader = new AgeDecryptStream(plain, identities);
        reader.CopyTo(output, BufferBytes);
    });

    private static void Write(string destination, Action<Stream> write)
    {
        var partial = destination + ".partial";
        try
        {
            using (var output = new FileStream(partial, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
            {
                write(output);
                output.Flush(flushToDisk: true);
            }

            File.Move(partial, destination, overwrite: true);
        }
        finally
        {
            File.Delete(partial);
        }
    }
}
