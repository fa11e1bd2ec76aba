using System.Text;
using WorkspaceServer.Features.Accounts.SecondFactors;
using Xunit;

namespace WorkspaceServer.Tests.Accounts;

public sealed class TotpTests
{
    // RFC 6238, appendix B, SHA-1. It shows 8 digits; ours are the last 6 of them.
    [Theory]
    [Trait("claim", "A11")]
    [InlineData(59, "94287082")]
    [InlineData(1111111109, "07081804")]
    [InlineData(1111111111, "14050471")]
    [InlineData(1234567890, "89005924")]
    [InlineData(2000000000, "69279037")]
    [InlineData(20000000000, "65353130")]
    public void CodesAreThoseOfTheStandard(long seconds, string code) =>
        Assert.Equal(code[2..], Totp.CodeAt("12345678901234567890"u8, Totp.StepAt(DateTimeOffset.FromUnixTimeSeconds(seconds))));

    // RFC 4226, appendix D.
    [Theory]
    [InlineData(0, "755224")]
    [InlineData(1, "287082")]
    [InlineData(9, "520489")]
    public void CodesOfCountersAreThoseOfTheStandard(long counter, string code) => Assert.Equal(code, Totp.CodeAt("12345678901234567890"u8, counter));

    // RFC 4648, section 10, whose longest value without padding in its example set is "fooba" = MZXW6YTB.
    [Theory]
    [InlineData("fooba", "MZXW6YTB")]
    [InlineData("foobafooba", "MZXW6YTBMZXW6YTB")]
    public void KeysAreWrittenAsTheStandardSays(string bytes, string text) => Assert.Equal(text, Totp.Base32(Encoding.ASCII.GetBytes(bytes)));

    [Theory]
    [InlineData("")]
    [InlineData("12345")]
    [InlineData("1234567")]
    [InlineData("١٢٣٤٥٦")]
    public void WhatIsNoCodeIsNone(string text) => Assert.Null(Totp.FindStep("12345678901234567890"u8, text, DateTimeOffset.FromUnixTimeSeconds(59)));

    [Fact]
    public void TheAddressForAppsNamesAllThatTheyNeed() => Assert.Equal(
        "otpauth://totp/Workspace%20Server%20ws.example.in:asha%40example.in?secret=MZXW6YTB&issuer=Workspace%20Server%20ws.example.in&algorithm=SHA1&digits=6&period=30",
        Totp.Uri("Workspace Server ws.example.in", "asha@example.in", "MZXW6YTB"));

    [Fact]
    public void ThePictureIsASquareWithItsThreeCorners()
    {
        var picture = QrCode.Of("otpauth://totp/x?secret=MZXW6YTB");

        // Version 3 has 29 modules (ISO/IEC 18004, table 1), and 4 of quiet zone on each side.
        Assert.Equal(29 + 8, picture.Size);
        Assert.Contains("M4 4h1v1h-1z", picture.Path, StringComparison.Ordinal);
        Assert.Contains("M32 4h1v1h-1z", picture.Path, StringComparison.Ordinal);
        Assert.Contains("M4 32h1v1h-1z", picture.Path, StringComparison.Ordinal);
        Assert.Matches("^(M[0-9]+ [0-9]+h1v1h-1z)+$", picture.Path);
    }
}
