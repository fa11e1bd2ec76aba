using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using WorkspaceServer.Vault.Keys;

namespace WorkspaceServer.Hosting;

/// <summary>What ASP.NET Core seals for itself, sealed under keys derived from the master key, one for each purpose: no key ring, no files.</summary>
internal sealed class DerivedProtection(MasterKey master) : IDataProtectionProvider
{
    public IDataProtector CreateProtector(string purpose) => new Protector(master, "protection/" + purpose);

    private sealed class Protector(MasterKey master, string purpose) : IDataProtector
    {
        public IDataProtector CreateProtector(string purpose1) => new Protector(master, $"{purpose}/{purpose1.Length}:{purpose1}");

        public byte[] Protect(byte[] plaintext)
        {
            using var key = new SealingKey(master, purpose);
            return key.Seal(plaintext, default);
        }

        public byte[] Unprotect(byte[] protectedData)
        {
            using var key = new SealingKey(master, purpose);
            return key.TryOpen(protectedData, default, out var plaintext) ? plaintext : throw new CryptographicException("This was not sealed by this server.");
        }
    }
}
