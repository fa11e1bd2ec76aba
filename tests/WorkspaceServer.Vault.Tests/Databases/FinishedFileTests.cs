using WorkspaceServer.Testing;
using WorkspaceServer.Vault.Databases;
using Xunit;

namespace WorkspaceServer.Vault.Tests.Databases;

/// <summary>A name is given once, whoever else asks for it in the same moment.</summary>
public sealed class FinishedFileTests : IDisposable
{
    private const int Writers = 4;
    private const int Rounds = 500;

    private readonly TemporaryFolder folder = new();

    [Fact]
    public void OfManyWhoGiveTheirFilesOneNameOneSucceeds()
    {
        using var start = new Barrier(Writers);
        var winners = new int[Rounds];
        var threads = Enumerable.Range(0, Writers).Select(writer => new Thread(() =>
        {
            for (var round = 0; round < Rounds; round++)
            {
                var file = folder.File($"{round}-of-{writer}");
                File.WriteAllText(file, $"{writer}");
                start.SignalAndWait();
                try
                {
                    FinishedFile.MoveTo(file, folder.File($"{round}"));
                    Interlocked.Increment(ref winners[round]);
                }
                catch (IOException)
                {
                    // Another one was first; the file is still there.
                    File.Delete(file);
                }
            }
        })).ToArray();
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        Assert.All(winners, count => Assert.Equal(1, count));
        Assert.Equal(Rounds, Directory.GetFiles(folder.Path).Length);
    }

    [Fact]
    public void ANameThatIsTakenKeepsWhatItHas_AndTheFileStays()
    {
        File.WriteAllText(folder.File("name"), "first");
        File.WriteAllText(folder.File("file"), "second");

        Assert.Throws<IOException>(() => FinishedFile.MoveTo(folder.File("file"), folder.File("name")));
        Assert.Equal(("first", "second"), (File.ReadAllText(folder.File("name")), File.ReadAllText(folder.File("file"))));
    }

    public void Dispose() => folder.Dispose();
}
