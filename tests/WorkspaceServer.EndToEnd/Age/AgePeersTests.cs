using WorkspaceServer.Age;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.EndToEnd.Age;

/// <summary>Others read what we write, and we read what they write: Debian's age, and age's TypeScript implementation.</summary>
public sealed class AgePeersTests : IDisposable
{
    private const int Chunk = 64 * 1024;
    private readonly TemporaryFolder folder = new();

    /// <summary>Nothing, a byte, and all around the borders of chunks.</summary>
    public static TheoryData<int> Lengths => [0, 1, Chunk - 1, Chunk, Chunk + 1, 2 * Chunk, (2 * Chunk) + 1, (3 * Chunk) - 1];

    [Theory]
    [MemberData(nameof(Lengths))]
    [Trait("claim", "A94")]
    public async Task DebiansAgeAndWeReadEachOther(int length)
    {
        using var identity = Make(length, postQuantum: false);
        if (length == 0)
        {
            // age makes its output when it has the first byte.
            File.WriteAllBytes(folder.File("theirs.plain"), []);
        }

        AgeFile.Encrypt(folder.File("plain"), folder.File("ours.age"), [identity.Recipient]);
        await AgeAsync("--decrypt", "--identity", folder.File("identity"), "--output", folder.File("theirs.plain"), folder.File("ours.age"));
        await AgeAsync("--encrypt", "--recipient", identity.Recipient.ToString(), "--output", folder.File("theirs.age"), folder.File("plain"));
        AgeFile.Decrypt(folder.File("theirs.age"), folder.File("ours.plain"), [identity]);

        AssertPlain("theirs.plain");
        AssertPlain("ours.plain");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("claim", "A94")]
    public async Task TypeScriptsAgeAndWeReadEachOther(bool postQuantum)
    {
        foreach (var length in Lengths.Select(row => row.Data))
        {
            using var identity = Make(length, postQuantum);

            AgeFile.Encrypt(folder.File("plain"), folder.File("ours.age"), [identity.Recipient]);
            await TypageAsync("decrypt", "identity", "ours.age", "theirs.plain");
            await TypageAsync("encrypt", "recipient", "plain", "theirs.age");
            AgeFile.Decrypt(folder.File("theirs.age"), folder.File("ours.plain"), [identity]);

            AssertPlain("theirs.plain");
            AssertPlain("ours.plain");
        }
    }

    [Fact]
    public async Task WeReadTheArmorOfDebiansAge_AndItReadsOurs()
    {
        using var identity = Make(Chunk + 1, postQuantum: false);

        await AgeAsync("--encrypt", "--armor", "--recipient", identity.Recipient.ToString(), "--output", folder.File("theirs.age"), folder.File("plain"));
        AgeFile.Decrypt(folder.File("theirs.age"), folder.File("ours.plain"), [identity]);
        AgeFile.Encrypt(folder.File("plain"), folder.File("ours.age"), [identity.Recipient]);
        using (var file = File.OpenRead(folder.File("ours.age")))
        using (var armored = File.CreateText(folder.File("armored.age")))
        {
            AgeArmor.Write(file, armored);
        }

        await AgeAsync("--decrypt", "--identity", folder.File("identity"), "--output", folder.File("theirs.plain"), folder.File("armored.age"));

        AssertPlain("theirs.plain");
        AssertPlain("ours.plain");
    }

    public void Dispose() => folder.Dispose();

    /// <summary>A plaintext of this length, and a new key in files as others read them.</summary>
    private AgeIdentity Make(int length, bool postQuantum)
    {
        var bytes = new byte[length];
        for (var i = 0; i < length; i++)
        {
            bytes[i] = (byte)(i % 251);
        }

        var identity = AgeIdentity.Create(postQuantum);
        File.WriteAllBytes(folder.File("plain"), bytes);
        File.WriteAllText(folder.File("identity"), new string(identity.ToText()));
        File.WriteAllText(folder.File("recipient"), identity.Recipient.ToString());
        return identity;
    }

    private void AssertPlain(string name) => Assert.Equal(File.ReadAllBytes(folder.File("plain")), File.ReadAllBytes(folder.File(name)));

    private static async Task AgeAsync(params string[] arguments)
    {
        var (exitCode, output) = await NodeTools.StartAsync("age", arguments, TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        Assert.True(exitCode == 0, output);
    }

    private async Task TypageAsync(string action, string key, string input, string output)
    {
        var script = Path.Combine(NodeTools.Repository, "tests", "WorkspaceServer.EndToEnd", "Age", "typage.mjs");
        var (exitCode, said) = await NodeTools.RunAsync(
            script, [NodeTools.Packages, action, folder.File(key), folder.File(input), folder.File(output)], TestContext.Current.CancellationToken);
        Assert.True(exitCode == 0, said);
    }
}
