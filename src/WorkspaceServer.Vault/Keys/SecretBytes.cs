using System.Security.Cryptography;

namespace WorkspaceServer.Vault.Keys;

/// <summary>Key bytes in memory that the garbage collector never moves or copies, wiped on <see cref="Dispose"/>.</summary>
public sealed class SecretBytes : IDisposable
{
    private readonly byte[] bytes;
    private bool disposed;

    /// <summary>Zeros, to be filled by the maker through <see cref="Writable"/>.</summary>
    public SecretBytes(int length) => bytes = GC.AllocateArray<byte>(length, pinned: true);

    /// <exception cref="ObjectDisposedException">The bytes were wiped.</exception>
    public ReadOnlySpan<byte> Span => Writable;

    internal Span<byte> Writable
    {
        get
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            return bytes;
        }
    }

    public void Dispose()
    {
        disposed = true;
        CryptographicOperations.ZeroMemory(bytes);
    }

    /// <summary>Never the bytes.</summary>
    public override string ToString() => "(secret)";
}
