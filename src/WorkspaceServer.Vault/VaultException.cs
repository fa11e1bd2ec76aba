namespace WorkspaceServer.Vault;

/// <summary>What went wrong in the Vault, for callers that must tell the cases apart.</summary>
public enum VaultError
{
    /// <summary>The native library is missing, is not SQLCipher, is too old or lacks a feature.</summary>
    Library,

    /// <summary>A key file is missing or its mode, owner, kind or length is wrong.</summary>
    KeyFile,

    /// <summary>A data folder or file is missing or its mode or owner is wrong.</summary>
    DataFolder,

    /// <summary>The file is not a database under this key: the wrong key, or not a database at all.</summary>
    WrongKey,

    /// <summary>The file was damaged or changed by someone without the key.</summary>
    Corrupt,
}

/// <summary>A failure of the Vault. The message says what to do and never holds key bytes.</summary>
public sealed class VaultException(VaultError error, string message, Exception? inner = null) : Exception(message, inner)
{
    public VaultError Error { get; } = error;
}
