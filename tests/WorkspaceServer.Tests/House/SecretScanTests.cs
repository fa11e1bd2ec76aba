using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.House;

/// <summary>The secret scan finds what looks like a secret and nothing else. Samples are joined here, so that none stands in a file.</summary>
public sealed class SecretScanTests
{
    private const string Scan = "ops/hooks/secret-scan.sh";

    public static TheoryData<string, string> Secrets { get; } = new()
    {
        { "AWS access key", "AKIA" + "IOSFODNN7EXAMPLE" },
        { "AWS session key", "key: ASIA" + "Y34FZKBOKMUTVV7A" },
        { "AWS secret", "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY" },
        { "RSA key", "-----BEGIN RSA " + "PRIVATE KEY-----" },
        { "PKCS 8 key", "-----BEGIN " + "PRIVATE KEY-----" },
        { "OpenSSH key", "-----BEGIN OPENSSH " + "PRIVATE KEY-----" },
        { "EC key in code", "var pem = \"-----BEGIN EC " + "PRIVATE KEY-----\";" },
        { "PGP key", "-----BEGIN PGP " + "PRIVATE KEY BLOCK-----" },
        { "age identity", "AGE-SECRET-KEY-" + "1QYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQ4X2A9Z" },
        { "MCP token", "Authorization: Bearer wsp_mcp_" + "4Fz9LqTn2XbV7cRkW8sYdJhG5pMaE3uQoN6iBvCxZt1K9f2Ab" },
        { "pairing token", "wsp_pair_" + "7hQ2mZx9KcVb4NtRwY6sLpJdG8fAe3UoXiB5vCnMk1TqE0z9Zk" },
        { "invitation", "https://example.org/join#wsp_inv_" + "2Lk8Jh5Gf3Ds1AqPoIuYtReWzXcVbNm9Q7w6E4r0Ty8Ui6Op" },
        { "JSON Web Token", "eyJhbGciOiJFUzI1NiJ9" + ".eyJzdWIiOiJhZ2VudC0xIiwiZXhwIjoxfQ.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg" },
        { "code host token", "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a" },
        { "registry token", "//example.org/:_authToken=npm_" + "9xKq2LmZ7vT4bR8cW1sYdJhG5pMaE3uQoN6i" },
        { "webhook secret", "whsec_" + "bm90LWEtcmVhbC1zZWNyZXQtYXQtYWxs" },
        { "payment key", "rzp_live_" + "9aB3cD5eF7gH1j" },
        { "password in an env file", "WORKSPACE_Smtp__Password=" + "Vb9xKq2Lm7Zr" },
        { "random value", "export SESSION_SEED=" + "q8Zk3Vn7Xw2Lp9Rt5Yb1Mc6Jd4Hf0Gs+" },
        { "hex key", "MASTER=" + "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" },
    };

    [Theory]
    [Trait("claim", "A102")]
    [MemberData(nameof(Secrets))]
    public async Task ASecretIsFound_AndNotRepeated(string kind, string text)
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("sample.txt", $"one line\n{text}\n");

        var scan = await Script.RunAsync(Scan, file);

        Assert.True(scan.ExitCode == 1, $"{kind} was not found");
        Assert.Contains("sample.txt:", scan.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(text[^8..], scan.Errors + scan.Output, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("claim", "A102")]
    public void ThereAreTwentySamples() => Assert.Equal(20, Secrets.Count);

    [Theory]
    [InlineData("source_sha256='2ba87bbc92caf02c0ac640198c537c24bdda899a18bbba289f3d3f44d56795e4'")]
    [InlineData("\"integrity\": \"sha512-3NX/MpTdroi0aKz134A6RC2Gb2iXVECN4QaAXnvCIxxIm3C3AVB1mkUe8NaaiyvOpDfsrqWhYtj+Q6a62RrTsw==\"")]
    [InlineData("WORKSPACE_Vault__MasterKeyFile=/etc/workspace-server/keys/master.key")]
    [InlineData("WORKSPACE_Public__Url=https://books.example.org/workspace1")]
    [InlineData("TOKEN=$(cat \"$file\")")]
    [InlineData("# WORKSPACE_Smtp__Password=")]
    [InlineData("Tokens look like wsp_mcp_… and are shown once.")]
    [InlineData("-----BEGIN PUBLIC KEY-----")]
    [InlineData("age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kudvbd6ysqxdv0m")]
    [InlineData("MAXIMUM_ROWS_PER_ANSWER=200")]
    public async Task AnOrdinaryLineIsLeftAlone(string text)
    {
        using var folder = new TemporaryFolder();

        var scan = await Script.RunAsync(Scan, folder.Write("sample.txt", text + "\n"));

        Assert.Equal("", scan.Errors);
        Assert.Equal(0, scan.ExitCode);
    }

    [Theory]
    [InlineData("secret-scan:ok the published example of the vendor", 0)]
    [InlineData("secret-scan:ok", 1)]
    public async Task AReasonLetsALinePass(string remark, int exitCode)
    {
        using var folder = new TemporaryFolder();

        var scan = await Script.RunAsync(Scan, folder.Write("sample.txt", "AKIA" + $"IOSFODNN7EXAMPLE # {remark}\n"));

        Assert.Equal(exitCode, scan.ExitCode);
    }

    [Fact]
    [Trait("claim", "A102")]
    [Trait("claim", "D23")]
    [Trait("claim", "D8")]
    public async Task ThisRepositoryHoldsNoSecret()
    {
        var scan = await Script.RunAsync(Scan);

        Assert.Equal("", scan.Errors);
        Assert.Equal(0, scan.ExitCode);
    }
}
