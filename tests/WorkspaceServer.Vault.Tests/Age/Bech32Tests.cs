using WorkspaceServer.Age;
using Xunit;

namespace WorkspaceServer.Vault.Tests.Age;

public sealed class Bech32Tests
{
    // BIP 173, "Test vectors": strings with a valid checksum, those whose data is whole bytes, with that data in hexadecimal.
    [Theory]
    [InlineData("A12UEL5L", "A", "")]
    [InlineData("a12uel5l", "a", "")]
    [InlineData("abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw", "abcdef", "00443214c74254b635cf84653a56d7c675be77df")]
    [InlineData("split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w", "split", "c5f38b70305f519bf66d85fb6cf03058f3dde463ecd7918f2dc743918f2d")]
    public void APublishedStringIsRead_AndWrittenTheSame(string text, string prefix, string hexadecimal)
    {
        var (found, bytes) = Bech32.Decode(text);

        Assert.Equal(prefix, found);
        Assert.Equal(hexadecimal, Convert.ToHexStringLower(bytes));
        Assert.Equal(text, new string(Bech32.Encode(prefix, bytes)));
    }

    // BIP 173, "Test vectors": invalid strings; then one whose left-over bits are not zero, as age forbids.
    [Theory]
    [InlineData("\u00201nwldj5")]
    [InlineData("\u007f1axkwrx")]
    [InlineData("pzry9x0s0muk")]
    [InlineData("1pzry9x0s0muk")]
    [InlineData("x1b4n0q5v")]
    [InlineData("li1dgmt3")]
    [InlineData("A1G7SGD8")]
    [InlineData("10a06t8")]
    [InlineData("1qzzfhee")]
    [InlineData("a12UEL5L")]
    [InlineData("")]
    [InlineData("age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwk")]
    public void AWrongStringIsRefused(string text) => Assert.Equal(AgeError.Key, Assert.Throws<AgeException>(() => Bech32.Decode(text)).Error);
}
