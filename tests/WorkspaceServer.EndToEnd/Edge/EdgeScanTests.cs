using System.Text.Json;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.EndToEnd.Edge;

/// <summary>testssl.sh, which tries every old protocol, weak suite and known hole of TLS, against the shipped nginx.conf. It takes minutes: a part of `make attack`.</summary>
public sealed class EdgeScanTests(EdgeFixture fixture) : IClassFixture<EdgeFixture>
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(15);

    /// <summary>What depends on the certificate, which here signs itself, and on the zone of its name.</summary>
    private static readonly string[] OfTheCertificate = ["cert_chain_of_trust", "cert_trust", "cert_crlDistributionPoints", "cert_revocation", "cert_ocspRevoked", "DNS_CAArecord", "cert_caIssuers", "cert_expirationStatus", "cert_notAfter"];

    /// <summary>Among suites that are all good the client chooses: a phone without AES in its processor takes ChaCha20.</summary>
    private const string OurChoice = "cipher_order";

    private static readonly string[] Bad = ["LOW", "MEDIUM", "HIGH", "CRITICAL", "FATAL"];

    [Fact(Explicit = true)]
    [Trait("claim", "A24")]
    [Trait("claim", "B8")]
    public async Task TestsslFindsNothing()
    {
        using var folder = new TemporaryFolder();
        var (_, output) = await NodeTools.StartAsync(
            "testssl",
            ["--quiet", "--color", "0", "--warnings", "off", "--ip", "127.0.0.1", "--jsonfile", folder.File("found.json"), $"{RunningEdge.Name}:{fixture.Edge.Port}"],
            Limit,
            TestContext.Current.CancellationToken);

        Assert.True(File.Exists(folder.File("found.json")), output);
        var found = JsonElement.Parse(await File.ReadAllTextAsync(folder.File("found.json"), TestContext.Current.CancellationToken)).EnumerateArray()
            .Select(each => (Id: each.GetProperty("id").GetString()!, Severity: each.GetProperty("severity").GetString()!, Finding: each.GetProperty("finding").GetString()!)).ToList();
        // It looked at all of it.
        Assert.All(["TLS1_2", "TLS1_3", "heartbleed", "ROBOT", "SWEET32", "BEAST", "HSTS_time"], id => Assert.Contains(found, each => each.Id == id));
        Assert.DoesNotContain(found, each => Bad.Contains(each.Severity) && each.Id != OurChoice && !OfTheCertificate.Any(id => each.Id.StartsWith(id, StringComparison.Ordinal)));
    }
}
