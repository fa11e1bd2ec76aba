using WorkspaceServer.Testing;
using WorkspaceServer.Vault.Keys;
using Xunit;

namespace WorkspaceServer.Vault.Tests.Keys;

public sealed class SealingKeyTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly MasterKey master;
    private readonly SealingKey key;

    public SealingKeyTests()
    {
        MasterKey.Create(folder.File("master.key"));
        master = MasterKey.Load(folder.File("master.key"));
        key = new SealingKey(master, "totp-key");
    }

    public void Dispose()
    {
        key.Dispose();
        master.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void WhatIsSealedOpensForItsOwner_WithAnotherKeyOfTheSamePurpose()
    {
        using var later = new SealingKey(master, "totp-key");

        Assert.True(later.TryOpen(key.Seal("secret"u8, "p1"u8), "p1"u8, out var secret));
        Assert.Equal("secret"u8, secret);
    }

    [Fact]
    public void ItOpensForNobodyElse()
    {
        using var otherPurpose = new SealingKey(master, "another");
        MasterKey.Create(folder.File("other.key"));
        using var otherMaster = MasterKey.Load(folder.File("other.key"));
        using var otherKey = new SealingKey(otherMaster, "totp-key");
        var sealedBytes = key.Seal("secret"u8, "p1"u8);

        Assert.False(key.TryOpen(sealedBytes, "p2"u8, out _));
        Assert.False(otherPurpose.TryOpen(sealedBytes, "p1"u8, out _));
        Assert.False(otherKey.TryOpen(sealedBytes, "p1"u8, out _));
    }

    [Fact]
    [Trait("claim", "D13")]
    public void AChangedByteIsNoticed_WhereverItIs()
    {
        var sealedBytes = key.Seal("secret"u8, default);
        for (var i = 0; i < sealedBytes.Length; i++)
        {
            var changed = sealedBytes.ToArray();
            changed[i] ^= 1;
            Assert.False(key.TryOpen(changed, default, out _));
            Assert.False(key.TryOpen(sealedBytes.AsSpan(0, i), default, out _));
        }
    }

    [Fact]
    public void TheSameSecretLooksDifferentEachTime() => Assert.NotEqual(key.Seal("secret"u8, default), key.Seal("secret"u8, default));
}
