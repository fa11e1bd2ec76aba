using System.Globalization;
using Microsoft.Data.Sqlite;
using WorkspaceServer.Features.Backups;
using WorkspaceServer.Features.Backups.Packs;
using WorkspaceServer.Features.Samples;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Vault.Keys;
using Xunit;

namespace WorkspaceServer.Tests.Backups;

/// <summary>Encrypted pages of one moment, copied while others write, checkpoint and start the log anew.</summary>
public sealed class PinnedDatabaseTests : IDisposable
{
    private const ulong DefaultSeed = 20_261_129;
    private const int Sequences = 60;

    private readonly TemporaryFolder root = new();
    private readonly SecretBytes key;
    private readonly string path;
    private readonly SqliteConnection writer;

    public PinnedDatabaseTests()
    {
        MasterKey.Create(root.File("master.key"));
        using var master = MasterKey.Load(root.File("master.key"));
        key = KeyDerivation.ForControl(master);
        path = root.File("live.db");
        writer = EncryptedDatabase.Open(path, key, DatabaseAccess.Create);
        // A checkpoint that readers stand in the way of gives up at once, as the server's do.
        Run("PRAGMA busy_timeout = 0");
        Run("CREATE TABLE t (n INTEGER PRIMARY KEY, v INTEGER NOT NULL, filler BLOB)");
    }

    /// <summary>ATTACK_SEED=7 for other sequences.</summary>
    private static ulong Seed => ulong.TryParse(Environment.GetEnvironmentVariable("ATTACK_SEED"), CultureInfo.InvariantCulture, out var seed) ? seed : DefaultSeed;

    public void Dispose()
    {
        writer.Dispose();
        key.Dispose();
        root.Dispose();
    }

    [Fact]
    public void AnySequenceOfWritesCheckpointsAndCopies_GivesEachCopyWhatWasCommittedThen()
    {
        // 0–5: a transaction; 6: a checkpoint that also starts the log anew; 7: a passive one; 8: VACUUM; 9: delete and shrink.
        var copies = 0;
        var number = 0;
        var random = new SeededRandom(Seed);
        for (var sequence = 0; sequence < Sequences; sequence++)
        {
            int[] steps = [.. Enumerable.Range(0, random.Between(1, 12)).Select(_ => random.Next(10))];
            try
            {
                using var moments = new Moments(this);
                foreach (var step in steps)
                {
                    moments.Hold();
                    Step(step, number++);
                    moments.CheckOldest(ref copies);
                }

                moments.CheckAll(ref copies);
            }
            catch (Exception error)
            {
                throw new InvalidOperationException($"ATTACK_SEED={Seed}, sequence {sequence} ({string.Join(' ', steps)}): {error.Message}", error);
            }
        }

        Assert.True(copies > 100, $"only {copies} copies were compared");
    }

    [Fact]
    public void PacksOfChangedPagesAloneLeadFromOneMomentToTheNext()
    {
        for (var i = 0; i < 30; i++)
        {
            Step(i % 6, i);
        }

        var copy = root.File("base.db");
        byte[] stamps;
        using (var held = PinnedDatabase.Open(path, key))
        {
            stamps = Copy(held, copy);
        }

        for (var i = 0; i < 20; i++)
        {
            Step(i % 10, 1000 + i);
            using var held = PinnedDatabase.Open(path, key);
            var now = held.ReadStamps();
            foreach (var page in Pack.Changed(stamps, now))
            {
                Lay(held, page, copy);
            }

            using (var file = File.OpenWrite(copy))
            {
                file.SetLength((long)held.PageCount * EncryptedDatabase.PageBytes);
            }

            stamps = now;
            Assert.Equal(Stamps.Digest(now), Stamps.DigestOfFile(copy));
            Assert.Equal(Sum(held.Connection), SumOf(copy));
        }
    }

    [Fact]
    public void AWriterIsNeverHeldUpByACopy()
    {
        Run("WITH RECURSIVE c(n) AS (VALUES(1) UNION ALL SELECT n + 1 FROM c WHERE n < 20000) INSERT INTO t (v, filler) SELECT n, randomblob(1000) FROM c");
        using var stop = new CancellationTokenSource();
        var copying = Task.Run(() =>
        {
            var copies = 0;
            for (; !stop.IsCancellationRequested; copies++)
            {
                using var held = PinnedDatabase.Open(path, key);
                Copy(held, root.File($"copy-{copies}"));
                File.Delete(root.File($"copy-{copies}"));
            }

            return copies;
        });

        // This writer waits for nobody (busy_timeout = 0): a lock of the copy that stood in its way, for however short, would fail it.
        for (var i = 0; i < 300; i++)
        {
            Run("INSERT INTO t (v, filler) VALUES (1, randomblob(500))");
        }

        stop.Cancel();
#pragma warning disable xUnit1031 // The writer above must have a thread of its own.
        Assert.True(copying.Result > 0);
#pragma warning restore xUnit1031
    }

    private void Step(int step, int number)
    {
        switch (step)
        {
            case 6:
                Run("PRAGMA wal_checkpoint(RESTART)");
                Run($"INSERT INTO t (v) VALUES ({number})");
                break;
            case 7:
                Run("PRAGMA wal_checkpoint(PASSIVE)");
                break;
            case 8:
                Run("VACUUM");
                break;
            case 9:
                Run("DELETE FROM t WHERE n % 3 = 0");
                Run("VACUUM");
                Run("PRAGMA wal_checkpoint(TRUNCATE)");
                break;
            default:
                Run($"INSERT INTO t (v, filler) VALUES ({number}, randomblob({1 + (step * 3000)}))");
                Run($"UPDATE t SET v = v + 1 WHERE n % 7 = {step}");
                break;
        }
    }

    private static byte[] Copy(PinnedDatabase held, string destination)
    {
        using var file = File.Create(destination);
        var buffer = new byte[16 * EncryptedDatabase.PageBytes];
        for (var page = 1; page <= held.PageCount; page += 16)
        {
            var pages = buffer.AsSpan(0, Math.Min(16, held.PageCount - page + 1) * EncryptedDatabase.PageBytes);
            held.ReadPages(page, pages);
            file.Write(pages);
        }

        return held.ReadStamps();
    }

    private static void Lay(PinnedDatabase held, int page, string destination)
    {
        var bytes = new byte[EncryptedDatabase.PageBytes];
        held.ReadPages(page, bytes);
        using var file = File.OpenWrite(destination);
        file.Position = (long)(page - 1) * EncryptedDatabase.PageBytes;
        file.Write(bytes);
    }

    private string SumOf(string copy)
    {
        using var connection = EncryptedDatabase.Open(copy, key, DatabaseAccess.ReadOnly);
        Assert.Empty(EncryptedDatabase.CheckIntegrity(connection));
        return Sum(connection);
    }

    private static string Sum(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) || ' ' || coalesce(sum(v * n), 0) || ' ' || coalesce(sum(length(filler)), 0) FROM t";
        return (string)command.ExecuteScalar()!;
    }

    private void Run(string sql)
    {
        using var command = writer.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Moments that are held while others write on, each with what was committed then.</summary>
    private sealed class Moments(PinnedDatabaseTests test) : IDisposable
    {
        private const int MostHeld = 3;
        private readonly Queue<(PinnedDatabase Held, string Sum)> held = new();

        public void Hold()
        {
            var next = PinnedDatabase.Open(test.path, test.key);
            held.Enqueue((next, Sum(test.writer)));
        }

        public void CheckOldest(ref int copies)
        {
            if (held.Count > MostHeld)
            {
                Check(ref copies);
            }
        }

        public void CheckAll(ref int copies)
        {
            while (held.Count > 0)
            {
                Check(ref copies);
            }
        }

        public void Dispose()
        {
            while (held.TryDequeue(out var each))
            {
                each.Held.Dispose();
            }
        }

        private void Check(ref int copies)
        {
            var (moment, sum) = held.Dequeue();
            using (moment)
            {
                var copy = test.root.File("copy.db");
                var stamps = Copy(moment, copy);
                Assert.Equal(Stamps.Digest(stamps), Stamps.DigestOfFile(copy));
                Assert.Equal(sum, Sum(moment.Connection));
                Assert.Equal(sum, test.SumOf(copy));
            }

            foreach (var file in Directory.EnumerateFiles(test.root.Path, "copy.db*"))
            {
                File.Delete(file);
            }

            copies++;
        }
    }
}
