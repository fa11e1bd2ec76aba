using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using NSec.Cryptography;

namespace WorkspaceServer.Agent.Settings;

/// <summary>What the agent keeps secret: the key of its pairing, the key of its outbox, and the connections of databases.</summary>
/// <param name="SigningKey">Ed25519 private key, base64url; null if not paired.</param>
/// <param name="OutboxKey">32 random bytes, base64url.</param>
/// <param name="Connections">By the name of the source.</param>
internal sealed record Secrets(string? SigningKey, string OutboxKey, IReadOnlyDictionary<string, string> Connections)
{
    public override string ToString() => "Secrets";
}

/// <summary>One small file: encrypted by Windows (DPAPI, for this computer) inside a folder closed to other users; elsewhere of mode 0600.</summary>
internal sealed class SecretStore(AgentHome home)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private static readonly byte[] Purpose = "workspace-agent/secrets/1"u8.ToArray();

    /// <summary>The secrets, with a new key for the outbox if there are none yet.</summary>
    /// <exception cref="AgentException">The file is open to others, or cannot be decrypted on this computer.</exception>
    public Secrets Load()
    {
        if (!File.Exists(home.Secrets))
        {
            home.Create();
            var made = new Secrets(null, Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)), new Dictionary<string, string>());
            Save(made);
            return made;
        }

        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(home.Secrets) & Others) != 0)
        {
            throw new AgentException(AgentProblem.BadConfiguration, $"Others may read {home.Secrets}, which holds the agent's keys. Close it with: chmod 600 {home.Secrets}");
        }

        var bytes = File.ReadAllBytes(home.Secrets);
        try
        {
            var plain = OperatingSystem.IsWindows() ? ProtectedData.Unprotect(bytes, Purpose, DataProtectionScope.LocalMachine) : bytes;
            return JsonSerializer.Deserialize(plain, AgentJson.Default.Secrets)!;
        }
        catch (Exception error) when (error is CryptographicException or JsonException)
        {
            throw new AgentException(AgentProblem.BadConfiguration, $"{home.Secrets} cannot be read. It belongs to another computer, or is damaged. Remove the folder {home.Folder} and pair again.", error);
        }
    }

    public void Save(Secrets secrets)
    {
        var plain = JsonSerializer.SerializeToUtf8Bytes(secrets, AgentJson.Default.Secrets);
        try
        {
            var bytes = OperatingSystem.IsWindows() ? ProtectedData.Protect(plain, Purpose, DataProtectionScope.LocalMachine) : plain;
            SafeFile.Write(home.Secrets, bytes, OwnerOnly);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    /// <summary>A new key for a pairing.</summary>
    public static Key NewSigningKey() => Key.Create(SignatureAlgorithm.Ed25519, new KeyCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextExport });

    public static Key ReadSigningKey(string text) => Key.Import(SignatureAlgorithm.Ed25519, Base64Url.DecodeFromChars(text), KeyBlobFormat.RawPrivateKey);

    public static string WriteSigningKey(Key key) => Base64Url.EncodeToString(key.Export(KeyBlobFormat.RawPrivateKey));
}

/// <summary>Writes a file so that after a power cut it is the old one or the new one, never half of either.</summary>
internal static class SafeFile
{
    public static void Write(string path, byte[] bytes, UnixFileMode mode)
    {
        var next = path + ".new";
        File.Delete(next);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = mode;
        }

        using (var stream = new FileStream(next, options))
        {
            stream.Write(bytes);
            stream.Flush(flushToDisk: true);
        }

        File.Move(next, path, overwrite: true);
    }
}
