using System.Security.Cryptography;
using System.Text;
using WorkspaceServer.Vault.Databases;

namespace WorkspaceServer.Vault.Keys;

/// <summary>What a key and the files under it are for.</summary>
public enum KeyPurpose
{
    Production,
    Staging,
    Development,
}

/// <summary>The one secret from which every file's key is derived: 32 random bytes in a file of their own, and behind them, unless it is for production, the word for what.</summary>
public sealed class MasterKey : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int FingerprintBytes = 8;
    private const int MaxTagBytes = 16;
    private readonly SecretBytes bytes;

    private MasterKey(SecretBytes bytes, KeyPurpose purpose) => (this.bytes, Purpose) = (bytes, purpose);

    /// <summary>What it was made for.</summary>
    public KeyPurpose Purpose { get; }

    internal ReadOnlySpan<byte> Span => bytes.Span;

    /// <summary>Tells this key from others and nothing else about it: 16 hexadecimal digits, derived one way.</summary>
    public string Fingerprint
    {
        get
        {
            using var derived = KeyDerivation.ForFingerprint(this);
            return Convert.ToHexStringLower(derived.Span[..FingerprintBytes]);
        }
    }

    /// <summary>Writes a new key to a new file with mode 0400. An existing file is never touched.</summary>
    /// <exception cref="VaultException">The file exists, or its folder cannot be written.</exception>
    public static void Create(string path, KeyPurpose purpose = KeyPurpose.Production)
    {
        using var key = new SecretBytes(KeyDerivation.KeyBytes);
        RandomNumberGenerator.Fill(key.Writable);
        try
        {
            using var file = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                BufferSize = 0,
                UnixCreateMode = UnixFileMode.UserRead,
            });
            file.Write(key.Span);
            file.Write(Tag(purpose));
            file.Flush(flushToDisk: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new VaultException(VaultError.KeyFile, $"The master key file {path} cannot be created: {error.Message}", error);
        }
    }

    /// <summary>Reads the key after checking the file: a regular file of this user, not a link, mode 0400 or 0600, 32 bytes and a known tag.</summary>
    /// <exception cref="VaultException"><see cref="VaultError.KeyFile"/>, with the command that mends it.</exception>
    public static MasterKey Load(string path)
    {
        var status = FileStatus.Read(path) ?? throw Wrong($"The master key file {path} does not exist. Put your copy of it there, with mode 0400; for a new server, run: workspace-server init");
        if (status.IsSymbolicLink || !status.IsRegularFile)
        {
            throw Wrong($"The master key {path} is not a regular file. Put the file itself there, not a link.");
        }

        if (status.UserId != FileStatus.CurrentUserId)
        {
            throw Wrong($"The master key {path} belongs to another user. Run: chown $(id -u) {path}");
        }

        if ((status.Mode & ~OwnerOnly) != 0)
        {
            throw Wrong($"Others may read the master key {path}. Run: chmod 0400 {path}");
        }

        if (status.Length is < KeyDerivation.KeyBytes or > KeyDerivation.KeyBytes + MaxTagBytes)
        {
            throw WrongLength(path, status.Length);
        }

        return Read(path);
    }

    public void Dispose() => bytes.Dispose();

    private static MasterKey Read(string path)
    {
        var key = new SecretBytes(KeyDerivation.KeyBytes);
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            file.ReadExactly(key.Writable);
            var tag = new byte[file.Length - KeyDerivation.KeyBytes];
            file.ReadExactly(tag);
            var purpose = Array.FindIndex(Enum.GetValues<KeyPurpose>(), each => Tag(each).SequenceEqual(tag));
            if (purpose < 0)
            {
                key.Dispose();
                throw WrongLength(path, file.Length);
            }

            return new MasterKey(key, (KeyPurpose)purpose);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            key.Dispose();
            throw Wrong($"The master key {path} cannot be read: {error.Message}");
        }
    }

    private static byte[] Tag(KeyPurpose purpose) => purpose == KeyPurpose.Production ? [] : Encoding.ASCII.GetBytes(purpose.ToString());

    private static VaultException WrongLength(string path, long length) => Wrong($"The master key {path} has {length} bytes instead of {KeyDerivation.KeyBytes}. Restore it from your copy.");

    private static VaultException Wrong(string message) => new(VaultError.KeyFile, message);
}
