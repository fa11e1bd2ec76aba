using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using WorkspaceServer.Features.Backups.Generations;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault.Keys;

namespace WorkspaceServer.Features.Backups.Drills;

/// <summary>A certificate with the signature under it.</summary>
/// <remarks>
/// {"certificate": {…}, "signature": base64}. The signature is over the bytes of the value of "certificate" as they stand in the file, so that people
/// can read what is signed, and nobody has to agree on how JSON is written.
/// </remarks>
/// <param name="Text">The signed text.</param>
internal sealed record SignedCertificate(DrillCertificate Certificate, string Text)
{
    /// <summary>Longest file, in bytes.</summary>
    public const int MaxBytes = 64 << 10;

    private const string StandardInput = "/dev/stdin";

    private const string Purpose = "workspace-server/v1/drill-certificate";

    private static readonly JsonSerializerOptions Readable = new(GenerationShelf.Json) { WriteIndented = true };

    /// <summary>SHA-256 of the signed text.</summary>
    public byte[] Sha256 => SHA256.HashData(Encoding.UTF8.GetBytes(Text));

    /// <returns>The content of the certificate's file.</returns>
    public static string Sign(DrillCertificate certificate, BackupSigner signer)
    {
        var text = JsonSerializer.Serialize(certificate, Readable);
        return $$"""
            {
            "certificate": {{text}},
            "signature": "{{Convert.ToBase64String(signer.Sign(Purpose, Encoding.UTF8.GetBytes(text)))}}"
            }

            """;
    }

    /// <summary>Reads what a drill found, before it is signed.</summary>
    /// <exception cref="ProblemException">It is no such thing.</exception>
    public static DrillCertificate ReadUnsigned(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<DrillCertificate>(ReadBounded(file), Readable) is { } found && found.IsSound() ? found : throw new JsonException();
        }
        catch (JsonException)
        {
            throw new ProblemException(ProblemCodes.InvalidData, $"{file} does not hold what a drill found. ops/drill/restore-drill makes it.");
        }
    }

    /// <exception cref="ProblemException">The signature is not this server's, or is for another text, or the text says what cannot be.</exception>
    public static SignedCertificate Open(string file, BackupSigner signer)
    {
        try
        {
            using var document = JsonDocument.Parse(ReadBounded(file));
            var text = document.RootElement.GetProperty("certificate").GetRawText();
            var (bytes, signature) = (Encoding.UTF8.GetBytes(text), document.RootElement.GetProperty("signature").GetBytesFromBase64());
            if ((signer.Verify(Purpose, bytes, signature) || signer.VerifyEarlier(Purpose, bytes, signature))
                && JsonSerializer.Deserialize<DrillCertificate>(text, Readable) is { } certificate && certificate.IsSound())
            {
                return new SignedCertificate(certificate, text);
            }
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or FormatException or InvalidOperationException)
        {
            // Said below, like everything else that is not ours.
        }

        throw new ProblemException(ProblemCodes.Corrupt, $"{file} is not a drill's certificate that was signed with this server's master key: it was changed, or is another server's. Practise again with: ops/drill/restore-drill");
    }

    private static byte[] ReadBounded(string file)
    {
        // A pipe has no length, so it is read to its end or to one byte too many.
        // Standard input is not opened by its name: behind ssh and sudo it is somebody else's.
        using var stream = file == StandardInput ? Console.OpenStandardInput() : File.OpenRead(file);
        var bytes = new byte[MaxBytes + 1];
        var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return length <= MaxBytes ? bytes[..length] : throw new ProblemException(ProblemCodes.InvalidData, $"{file} is too long for a drill's certificate.");
    }
}
