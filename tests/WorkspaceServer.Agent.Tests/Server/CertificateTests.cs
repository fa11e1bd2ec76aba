using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using WorkspaceServer.Agent.Server;
using Xunit;

namespace WorkspaceServer.Agent.Tests.Server;

/// <summary>Nobody gets a request whose certificate is not good, and no option changes that.</summary>
public sealed class CertificateTests
{
    [Theory]
    [Trait("claim", "A27")]
    [InlineData("localhost", 0, 10)]
    [InlineData("localhost", -10, -1)]
    [InlineData("other.example", 0, 10)]
    public async Task ABadCertificateEndsTheConnectionBeforeTheTokenIsSent(string name, int fromDays, int toDays)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(fromDays - 1), now.AddDays(toDays));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var heard = HearAsync(listener, certificate);

        var error = await Assert.ThrowsAsync<AgentException>(() => Pairer.PairAsync(
            new Uri($"https://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}"), "wsp_pair_x", "PC", TimeProvider.System, CancellationToken.None));

        Assert.Equal(AgentProblem.Untrusted, error.Problem);
        Assert.Contains("certificate of localhost is not trusted", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, await heard);
    }

    /// <returns>How many bytes came through the encryption.</returns>
    private static async Task<int> HearAsync(TcpListener listener, X509Certificate2 certificate)
    {
        using var client = await listener.AcceptTcpClientAsync();
        await using var tls = new SslStream(client.GetStream());
        try
        {
            await tls.AuthenticateAsServerAsync(certificate);
            return await tls.ReadAsync(new byte[1000]);
        }
        catch (Exception error) when (error is IOException or System.Security.Authentication.AuthenticationException)
        {
            return 0;
        }
    }
}
