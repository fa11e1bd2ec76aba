using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using WorkspaceServer.Age;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.EndToEnd.Age;

/// <summary>Every published test vector of age (C2SP/CCTV, npm cctv-age 0.2.0) that is about something we implement.</summary>
public sealed class AgeVectorsTests
{
    /// <summary>All of them, so that none goes missing unseen.</summary>
    private const int All = 143;

    [Fact]
    [Trait("claim", "A94")]
    public async Task EveryVectorEndsAsItSays()
    {
        using var folder = new TemporaryFolder();
        var script = Path.Combine(NodeTools.Repository, "tests", "WorkspaceServer.EndToEnd", "Age", "vectors.mjs");
        var (exitCode, output) = await NodeTools.RunAsync(script, [NodeTools.Packages, folder.Path], TestContext.Current.CancellationToken);
        Assert.True(exitCode == 0, output);

        var vectors = Directory.GetFiles(folder.Path).Select(Vector.Read).ToArray();
        var passphrases = vectors.Where(vector => vector.NeedsPassphrase).ToArray();

        Assert.Equal(All, vectors.Length);
        // Passphrases (scrypt) are for people; a backup has none. Every one of these vectors is named for it.
        Assert.All(passphrases, vector => Assert.Contains("scrypt", vector.Name, StringComparison.Ordinal));
        var wrong = vectors.Except(passphrases).Select(vector => (vector, found: vector.Decrypt())).Where(each => each.found != each.vector.Expected).ToArray();
        Assert.True(wrong.Length == 0, string.Join('\n', wrong.Select(each => $"{each.vector.Name}: {each.found} instead of {each.vector.Expected}")));
    }

    private sealed record Vector(string Name, ILookup<string, string> Fields, byte[] File)
    {
        public bool NeedsPassphrase => Fields.Contains("passphrase");

        /// <summary>The outcome, and the hash of whatever plaintext came out before it.</summary>
        public string Expected => Fields["expect"].Single() + " " + (Fields["payload"].SingleOrDefault() ?? Hash([]));

        public static Vector Read(string path)
        {
            var bytes = System.IO.File.ReadAllBytes(path);
            var end = bytes.AsSpan().IndexOf("\n\n"u8);
            var fields = Encoding.ASCII.GetString(bytes.AsSpan(0, end)).Split('\n')
                .Select(line => line.Split(": ", 2))
                .ToLookup(parts => parts[0], parts => parts[1]);
            var file = bytes[(end + 2)..];
            return new Vector(Path.GetFileName(path), fields, fields.Contains("compressed") ? Inflate(file) : file);
        }

        public string Decrypt()
        {
            var identities = Fields["identity"].Select(text => AgeIdentity.Parse(text)).ToArray();
            using var plain = new MemoryStream();
            try
            {
                using Stream file = new MemoryStream(File);
                using var binary = Fields.Contains("armored") ? new AgeArmorStream(file) : file;
                using var reader = new AgeDecryptStream(binary, identities);
                reader.CopyTo(plain);
                return "success " + Hash(plain.ToArray());
            }
            catch (AgeException error)
            {
                return Word(error.Error) + " " + Hash(plain.ToArray());
            }
        }

        private static string Word(AgeError error) => error switch
        {
            AgeError.Armor => "armor failure",
            AgeError.Header => "header failure",
            AgeError.NoMatch => "no match",
            AgeError.HeaderMac => "HMAC failure",
            AgeError.Payload => "payload failure",
            _ => error.ToString(),
        };

        private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

        private static byte[] Inflate(byte[] file)
        {
            using var zlib = new ZLibStream(new MemoryStream(file), CompressionMode.Decompress);
            using var plain = new MemoryStream();
            zlib.CopyTo(plain);
            return plain.ToArray();
        }
    }
}
