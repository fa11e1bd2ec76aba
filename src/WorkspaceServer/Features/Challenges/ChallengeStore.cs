using System.Security.Cryptography;
using System.Text;
using WorkspaceServer.Control;

namespace WorkspaceServer.Features.Challenges;

/// <summary>All SQL of challenges: proofs that were used, among the other tokens of outsiders. Schema: Control/Migrations/0007.</summary>
internal sealed class ChallengeStore(ControlDatabase control)
{
    /// <summary>Notes that a proof was used.</summary>
    /// <returns>False if it was used before.</returns>
    public bool Use(string proof, DateTimeOffset usableUntil, DateTimeOffset now)
    {
        using var connection = control.Open();
        connection.Execute("DELETE FROM external_token_use WHERE expires_at < @now", ("@now", now.ToUnixTimeSeconds()));
        return connection.Execute(
            "INSERT INTO external_token_use (token_sha256, expires_at) VALUES (@token, @expires) ON CONFLICT DO NOTHING",
            ("@token", SHA256.HashData(Encoding.UTF8.GetBytes("challenge\n" + proof))),
            ("@expires", usableUntil.ToUnixTimeSeconds())) == 1;
    }
}
