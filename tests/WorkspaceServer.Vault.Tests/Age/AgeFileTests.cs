using System.Text;
using CsCheck;
using WorkspaceServer.Age;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Vault.Tests.Age;

public sealed class AgeFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    // The examples of c2sp.org/age.
    [Theory]
    [InlineData("AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX", "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj", 62)] // secret-scan:ok an example of the specification
    [InlineData("AGE-SECRET-KEY-PQ-1XX76JRALNLXDMEW0CRK45QMCCH4X06SE84UN3VPM33W6HWDX0H3SK3ZQFR", "age1pq1x34nzsvr0rxjsgdn8zgyhfe8j7ceq5r9rdelkjuh3y235jzxshfg87pzf5z", 1959)] // secret-scan:ok an example of the specification
    public void AnIdentityHasTheRecipientOfTheSpecification(string identity, string recipientStart, int length)
    {
        using var read = AgeIdentity.Parse(identity);

        Assert.StartsWith(recipientStart, read.Recipient.ToString(), StringComparison.Ordinal);
        Assert.Equal(length, read.Recipient.ToString().Length);
        Assert.Equal(identity, new string(read.ToText()));
        Assert.Equal(read.Recipient.ToString(), AgeRecipient.Parse(read.Recipient.ToString()).ToString());
        Assert.DoesNotContain(identity, read.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void WhatWasEncryptedComesBack_InWhateverPiecesItIsWrittenAndRead() => Gen
        .Select(Gen.Int[0, 200_000], Gen.Int[1, 100_000], Gen.Int[1, 100_000], Gen.Bool)
        .Sample(
            (length, written, read, postQuantum) =>
            {
                using var identity = AgeIdentity.Create(postQuantum);
                var plain = Bytes(length);
                using var file = new MemoryStream();
                using (var stream = new AgeEncryptStream(file, [identity.Recipient]))
                {
                    foreach (var piece in plain.Chunk(written))
                    {
                        stream.Write(piece);
                    }

                    stream.Complete();
                }

                file.Position = 0;
                Assert.Equal(plain, ReadAll(new AgeDecryptStream(file, [identity]), read));
            },
            iter: 60);

    [Fact]
    public async Task WritingWithoutBlockingMakesTheSameFile()
    {
        using var identity = AgeIdentity.Create();
        using var file = new MemoryStream();
        await using (var stream = new AgeEncryptStream(file, [identity.Recipient]))
        {
            await stream.WriteAsync(Bytes(200_000), TestContext.Current.CancellationToken);
            await stream.CompleteAsync(TestContext.Current.CancellationToken);
        }

        file.Position = 0;
        Assert.Equal(Bytes(200_000), ReadAll(new AgeDecryptStream(file, [identity]), 4096));
    }

    [Fact]
    public void EachRecipientReadsIt_AndNobodyElse()
    {
        using var @operator = AgeIdentity.Create();
        using var escrow = AgeIdentity.Create();
        using var stranger = AgeIdentity.Create();
        var file = Encrypt(Bytes(10), @operator, escrow);

        Assert.Equal(Bytes(10), Decrypt(file, @operator));
        Assert.Equal(Bytes(10), Decrypt(file, stranger, escrow));
        Assert.Equal(AgeError.NoMatch, Assert.Throws<AgeException>(() => Decrypt(file, stranger)).Error);
    }

    [Fact]
    public void RecipientsThatWouldWeakenEachOtherAreRefused()
    {
        using var ordinary = AgeIdentity.Create();
        using var hybrid = AgeIdentity.Create(postQuantum: true);

        Assert.Throws<ArgumentException>(() => Encrypt([], ordinary, hybrid));
        Assert.Throws<ArgumentException>(() => Encrypt([]));
    }

    [Fact]
    public void NoByteCanBeChanged_AndNoneCutOffOrAdded()
    {
        using var identity = AgeIdentity.Create();
        var file = Encrypt(Bytes(300), identity);

        for (var i = 0; i < file.Length; i++)
        {
            var changed = file.ToArray();
            changed[i] ^= 1;
            Assert.Throws<AgeException>(() => Decrypt(changed, identity));
            Assert.Throws<AgeException>(() => Decrypt(file[..i], identity));
        }

        Assert.Throws<AgeException>(() => Decrypt([.. file, 0], identity));
    }

    [Fact]
    public void ChunksCannotChangePlaces_NorEndTheFileEarly()
    {
        const int sealedChunk = (64 * 1024) + 16;
        using var identity = AgeIdentity.Create();
        var file = Encrypt(Bytes(3 * 64 * 1024), identity);
        var start = file.Length - (3 * sealedChunk);
        byte[] swapped = [.. file[..start], .. file[(start + sealedChunk)..(start + (2 * sealedChunk))], .. file[start..(start + sealedChunk)], .. file[(start + (2 * sealedChunk))..]];

        Assert.Equal(AgeError.Payload, Assert.Throws<AgeException>(() => Decrypt(swapped, identity)).Error);
        Assert.Equal(AgeError.Payload, Assert.Throws<AgeException>(() => Decrypt(file[..^sealedChunk], identity)).Error);
    }

    [Fact]
    public void AFailureStays_HoweverOftenOneReadsOn()
    {
        using var identity = AgeIdentity.Create();
        var file = Encrypt(Bytes(100), identity);
        using var stream = new AgeDecryptStream(new MemoryStream([.. file, 0]), [identity]);

        Assert.Throws<AgeException>(() => stream.CopyTo(Stream.Null));
        Assert.Throws<AgeException>(() => stream.CopyTo(Stream.Null));
    }

    [Fact]
    public void AFileThatCannotBeReadToItsEndLeavesNothingBehind_AndKeepsWhatWasThere()
    {
        using var identity = AgeIdentity.Create();
        File.WriteAllText(folder.File("restored"), "from the last time");
        File.WriteAllBytes(folder.File("cut.age"), Encrypt(Bytes(200_000), identity)[..^1]);

        Assert.Throws<AgeException>(() => AgeFile.Decrypt(folder.File("cut.age"), folder.File("restored"), [identity]));

        Assert.Equal("from the last time", File.ReadAllText(folder.File("restored")));
        Assert.Equal(["cut.age", "restored"], Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    [Trait("claim", "A42")]
    public void FilesAreForTheirOwnerAlone()
    {
        using var identity = AgeIdentity.Create();
        File.WriteAllText(folder.File("plain"), "text");

        AgeFile.Encrypt(folder.File("plain"), folder.File("file.age"), [identity.Recipient]);
        AgeFile.Decrypt(folder.File("file.age"), folder.File("again"), [identity]);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.File("file.age")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.File("again")));
    }

    [Fact]
    public void TheHeaderIsBounded()
    {
        using var identity = AgeIdentity.Create();
        var endless = Encoding.ASCII.GetBytes("age-encryption.org/v1\n-> X25519 " + new string('a', 128 * 1024));

        Assert.Contains("131072", Assert.Throws<AgeException>(() => Decrypt(endless, identity)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnIdentityFileIsReadAsKeygenWritesIt_AndAMistakeIsNamedByItsLine()
    {
        using var one = AgeIdentity.Create();
        using var two = AgeIdentity.Create(postQuantum: true);
        File.WriteAllText(folder.File("keys"), $"# created: today\r\n# public key: {one.Recipient}\n{new string(one.ToText())}\r\n\n{new string(two.ToText())}\n");
        File.WriteAllText(folder.File("wrong"), $"# fine\n{new string(one.ToText())}\n{one.Recipient}\n");
        File.WriteAllText(folder.File("empty"), "# nothing\n");

        Assert.Equal([one.Recipient.ToString(), two.Recipient.ToString()], AgeIdentity.ReadFile(folder.File("keys")).Select(identity => identity.Recipient.ToString()));
        Assert.Contains("Line 3", Assert.Throws<AgeException>(() => AgeIdentity.ReadFile(folder.File("wrong"))).Message, StringComparison.Ordinal);
        Assert.Throws<AgeException>(() => AgeIdentity.ReadFile(folder.File("empty")));
        Assert.DoesNotContain(new string(one.ToText()), Assert.Throws<AgeException>(() => AgeRecipient.Parse(new string(one.ToText()))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ADisposedIdentityOpensNothing()
    {
        var identity = AgeIdentity.Create();
        var file = Encrypt(Bytes(1), identity);
        identity.Dispose();

        Assert.Throws<ObjectDisposedException>(() => Decrypt(file, identity));
    }

    public void Dispose() => folder.Dispose();

    private static byte[] Bytes(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(i % 251))];

    private static byte[] Encrypt(byte[] plain, params AgeIdentity[] identities)
    {
        using var file = new MemoryStream();
        using var stream = new AgeEncryptStream(file, [.. identities.Select(identity => identity.Recipient)]);
        stream.Write(plain);
        stream.Complete();
        return file.ToArray();
    }

    private static byte[] Decrypt(byte[] file, params AgeIdentity[] identities) => ReadAll(new AgeDecryptStream(new MemoryStream(file), identities), 100);

    private static byte[] ReadAll(Stream stream, int piece)
    {
        using var all = new MemoryStream();
        using (stream)
        {
            stream.CopyTo(all, piece);
        }

        return all.ToArray();
    }
}
