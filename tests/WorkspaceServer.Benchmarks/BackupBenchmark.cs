using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using WorkspaceServer.Age;
using WorkspaceServer.Features.Backups;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Benchmarks;

/// <summary>What backups cost: against the age program and cp on the same bytes, in memory and processor time, for those who write meanwhile, and for very many workspaces.</summary>
internal static class BackupBenchmark
{
    private const long Mebibyte = 1 << 20;
    private const int Rounds = 3;
    private const int Many = 10_000;
    private const int Changed = 100;
    private const int Drilled = 100;
    private const double MaxStallMilliseconds = 50;

    /// <summary>Length of one row's text; with its number and amount a row takes about 430 bytes.</summary>
    private const int RowBytes = 400;

    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(15);

    public static async Task RunAsync(Report report)
    {
        Encrypt(report);
        await CopyAsync(report);
        await SizesAsync(report);
        await WritersAsync(report);
    }

    /// <summary>With many workspaces: the drill, and backups that are to cost what changed.</summary>
    public static async Task RunManyAsync(Report report)
    {
        await DrillAsync(report);
        await ManyAsync(report);
    }

    /// <summary>Both programs from and to files that memory holds, in turns, so that the disk has no part in it.</summary>
    private static void Encrypt(Report report)
    {
        const long bytes = 512 * Mebibyte;
        var folder = Directory.CreateDirectory(Path.Combine("/dev/shm", $"workspace-bench-{Environment.ProcessId}"));
        string At(string name) => Path.Combine(folder.FullName, name);
        try
        {
            using var identity = AgeIdentity.Create();
            File.WriteAllText(At("key"), new string(identity.ToText()) + "\n");
            using (var plain = File.Create(At("plain")))
            {
                for (var written = 0; written < bytes; written += (int)Mebibyte)
                {
                    plain.Write(RandomNumberGenerator.GetBytes((int)Mebibyte));
                }
            }

            Action[] turns =
            [
                () => AgeFile.Encrypt(At("plain"), At("ours"), [identity.Recipient]), () => Run("age", "-r", identity.Recipient.ToString(), "-o", At("theirs"), At("plain")),
                () => AgeFile.Decrypt(At("ours"), At("back"), [identity]), () => Run("age", "-d", "-i", At("key"), "-o", At("back"), At("theirs")),
            ];
            var times = turns.Select(_ => new List<(double Seconds, double Processor)>()).ToArray();
            for (var round = 0; round < Rounds; round++)
            {
                for (var which = 0; which < turns.Length; which++)
                {
                    File.Delete(At("back"));
                    var before = ProcessorSeconds();
                    var seconds = Seconds(turns[which]);
                    times[which].Add((seconds, ProcessorSeconds() - before));
                }
            }

            double Speed(int which) => bytes / 1e6 / Loop.Median(times[which].Select(time => time.Seconds));
            double OfProcessor(int which) => bytes / 1e6 / Loop.Median(times[which].Select(time => time.Processor));
            report.Row("encrypting 512 MiB, against age, median of 3 in turns", "≥ 0.8×", Speed(0), Speed(1), "MB/s");
            report.Row("decrypting 512 MiB, against age, median of 3 in turns", "≥ 0.8×", Speed(2), Speed(3), "MB/s");
            report.Row("encrypting 512 MiB, for each second of processor time, against age", "≥ 0.8×", OfProcessor(0), OfProcessor(1), "MB/s");
            report.Row("decrypting 512 MiB, for each second of processor time, against age", "≥ 0.8×", OfProcessor(2), OfProcessor(3), "MB/s");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>A whole copy of an open workspace through age into a folder store, against cp and sync of the same file on the same disk.</summary>
    private static async Task CopyAsync(Report report)
    {
        await using var house = new BackupHouse();
        var books = house.Workspaces.Create();
        Fill(house, books, 512 * Mebibyte);
        var path = house.Workspaces.Folder.DatabaseOf(books);
        var (ours, theirs) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            ours.Add(await SecondsAsync(async () =>
            {
                using var held = house.Databases.Hold(books.ToString())!;
                await new SnapshotWriter(house.Store, house.Options.ReadRecipients(), keepUntil: null).PutAsync($"bench/{round}", output => SnapshotWriter.WritePagesAsync(held, output, default), default);
            }));
            theirs.Add(Seconds(() => Run("/bin/sh", "-c", $"cp '{path}' '{house.File("copy")}' && sync '{house.File("copy")}'")));
        }

        report.Row("snapshot of 512 MiB into a folder, against cp and sync, median of 3 in turns", "—", Loop.Median(ours), Loop.Median(theirs), "s");
    }

    /// <summary>The program itself, from the outside: memory must not follow the size of a workspace.</summary>
    private static async Task SizesAsync(Report report)
    {
        var small = await OnceAsync(1 * Mebibyte);
        var large = await OnceAsync(2048 * Mebibyte);
        report.Row("most memory of `backup run`, one workspace of 2 GiB against one of 1 MiB", "≤ 1.5×", large.PeakMebibytes, small.PeakMebibytes, "MiB");
        report.Row("processor time of `backup run` for each GiB, row counts and sums included", "—", (large.ProcessorSeconds - small.ProcessorSeconds) / 2, 1, "s");
        report.Row("time of `backup run`, 2 GiB", "—", large.Seconds, small.Seconds, "s");
        report.Row("time of `restore`, 2 GiB, every page and total proved", "—", large.RestoreSeconds, small.RestoreSeconds, "s");
    }

    private static async Task<Cost> OnceAsync(long bytes)
    {
        await using var house = new BackupHouse();
        Fill(house, house.Workspaces.Create(), bytes);
        string[] settings =
        [
            "--set", $"Vault:DataDirectory={house.Workspaces.Folder.Path}", "--set", $"Vault:MasterKeyFile={house.Workspaces.KeyFile}",
            "--set", $"Backup:Directory={house.StorePath}", "--set", $"Backup:Recipients:0={house.Identity.Recipient}",
        ];
        var (peak, processor) = (0.0, 0.0);
        var seconds = await SecondsAsync(async () =>
        {
            using var program = Process.Start(new ProcessStartInfo(Program, [.. settings, "backup", "run"]) { RedirectStandardOutput = true })!;
            while (!program.HasExited)
            {
                (peak, processor) = Measure(program) ?? (peak, processor);
                await Task.Delay(TimeSpan.FromMilliseconds(5));
            }

            Require(program);
        });
        var restore = await SecondsAsync(async () =>
        {
            var (folder, _) = await house.RestoreAsync(default);
            Directory.Delete(folder, recursive: true);
        });
        return new Cost(seconds, peak, processor, restore);
    }

    /// <summary>What those who write and ask feel while one backup follows the other.</summary>
    private static async Task WritersAsync(Report report)
    {
        await using var house = new BackupHouse();
        var books = house.Workspaces.Create();
        Fill(house, books, 256 * Mebibyte);
        await house.Runner.RunAsync(null, default);
        using var use = house.Workspaces.Open.Use(books);
        var number = 0L;
        Task WriteAsync(int _) => use.File.Writer.RunAsync(
            connection =>
            {
                // A hundred rows somewhere in the table, as a sync sends them.
                using var command = connection.CreateCommand();
                command.CommandText = "UPDATE rows SET amount = amount + 1 WHERE n BETWEEN @n AND @n + 99";
                command.Parameters.AddWithValue("@n", Interlocked.Increment(ref number) * 7919 % 500_000);
                return command.ExecuteNonQuery();
            },
            default);
        Task AskAsync(int _) => Task.Run(() => use.File.Read(connection => Scalar(connection, "SELECT amount FROM rows WHERE n = 4321")));

        var alone = (Writes: await Loop.RunAsync(1, Turn, WriteAsync), Reads: await Loop.RunAsync(1, Turn, AskAsync));
        using var stop = new CancellationTokenSource();
        var backups = Task.Run(async () =>
        {
            var made = 0;
            for (; !stop.IsCancellationRequested; made++)
            {
                await house.Runner.RunAsync(null, default);
            }

            return made;
        });
        var beside = (Writes: await Loop.RunAsync(1, Turn, WriteAsync), Reads: await Loop.RunAsync(1, Turn, AskAsync));
        await stop.CancelAsync();
        Console.Error.WriteLine($"{await backups} backups were made meanwhile");

        report.Row("p99 of a write beside backups", "≤ 50 ms", Loop.Percentile(beside.Writes, 0.99), MaxStallMilliseconds, "ms");
        report.Row("p99 of a write beside backups, against alone", "—", Loop.Percentile(beside.Writes, 0.99), Loop.Percentile(alone.Writes, 0.99), "ms");
        report.Row("slowest write beside backups, against alone", "—", beside.Writes[^1], alone.Writes[^1], "ms");
        report.Row("p99 of a read beside backups", "≤ 50 ms", Loop.Percentile(beside.Reads, 0.99), MaxStallMilliseconds, "ms");
        report.Row("slowest read beside backups, against alone", "—", beside.Reads[^1], alone.Reads[^1], "ms");
    }

    private static async Task ManyAsync(Report report)
    {
        await using var house = new BackupHouse();
        var all = new WorkspaceId[Many];
        // One after the other: each is made under the lock of the control database, for which many makers would only wait.
        for (var i = 0; i < Many; i++)
        {
            all[i] = house.Workspaces.Create($"Workspace {i}");
        }

        var first = await SecondsAsync(() => house.Runner.RunAsync(null, default));
        await ChangeAsync(house, all);
        var made = 0L;
        var second = await SecondsAsync(async () => made = (await house.Runner.RunAsync(null, default)).Uploaded);
        report.Row("backup of 10,000 workspaces, the first", "—", first, 60, "s");
        report.Row(string.Create(CultureInfo.InvariantCulture, $"backup of 10,000 workspaces of which 100 changed ({made} files uploaded)"), "≤ 60 s", second, 60, "s");
        await house.Packs.RunAsync(default);
        await ChangeAsync(house, all);
        var packed = 0;
        var pack = await SecondsAsync(async () => packed = (await house.Packs.RunAsync(default))!.Files.Count);
        report.Row(string.Create(CultureInfo.InvariantCulture, $"changed pages of 10,000 workspaces of which 100 changed ({packed} files), as every 5 minutes"), "≤ 60 s", pack, 60, "s");
    }

    private static async Task ChangeAsync(BackupHouse house, WorkspaceId[] all)
    {
        for (var i = 0; i < Changed; i++)
        {
            await SmallBooks.LoadAsync(house.Workspaces, all[i * (Many / Changed)], default);
        }

        // What was written this very moment may be written again unseen, so it is looked at page by page; nobody backs up that soon.
        await Task.Delay(TimeSpan.FromSeconds(3));
    }

    private static async Task DrillAsync(Report report)
    {
        await using var house = new BackupHouse();
        for (var i = 0; i < Drilled; i++)
        {
            await SmallBooks.LoadAsync(house.Workspaces, house.Workspaces.Create($"Workspace {i}"), default);
        }

        await house.Runner.RunAsync(null, default);
        await File.WriteAllTextAsync(house.File("backup.key"), new string(house.Identity.ToText()) + "\n");
        await File.WriteAllTextAsync(house.File("appsettings.json"), $$$"""{"Backup": {"Recipients": ["{{{house.Identity.Recipient}}}"], "Directory": "{{{house.StorePath}}}"}}""");
        var script = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../ops/drill/restore-drill"));
        var seconds = Seconds(() => Run(
            script, "--identity", house.File("backup.key"), "--master-key", house.Workspaces.KeyFile, "--settings", house.File("appsettings.json"), "--server", Program, "--out", house.File("out")));
        report.Row("restore drill of 100 workspaces, every path", "≤ 300 s", seconds, 300, "s");
    }

    private static string Program => Path.Combine(AppContext.BaseDirectory, "workspace-server");

    /// <summary>Fills a workspace with rows until its file has about that length.</summary>
    private static void Fill(BackupHouse house, WorkspaceId workspace, long bytes)
    {
        const int rowsAtOnce = 100_000;
        using var use = house.Workspaces.Open.Use(workspace);
        use.File.Writer.RunAsync(connection => Execute(connection, "CREATE TABLE rows (n INTEGER PRIMARY KEY, amount REAL NOT NULL, text TEXT NOT NULL)"), default).GetAwaiter().GetResult();
        var path = house.Workspaces.Folder.DatabaseOf(workspace);
        for (var from = 0; new FileInfo(path).Length < bytes; from += rowsAtOnce)
        {
            var rows = (int)Math.Min(rowsAtOnce, (bytes / RowBytes) + 1);
            use.File.Writer.RunAsync(
                connection => Execute(
                    connection,
                    "WITH RECURSIVE c(n) AS (VALUES(@from) UNION ALL SELECT n + 1 FROM c WHERE n < @to) INSERT INTO rows SELECT n, n / 4.0, hex(randomblob(@half)) FROM c",
                    ("@from", from), ("@to", from + rows - 1), ("@half", RowBytes / 2)),
                default).GetAwaiter().GetResult();
            use.File.Writer.RunAsync(connection => 0, default).GetAwaiter().GetResult();
        }
    }

    private static int Execute(SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object Value)> values)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in values)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command.ExecuteNonQuery();
    }

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    /// <summary>The most memory it ever had, in MiB, and its processor time so far, in seconds; null if it has ended.</summary>
    private static (double Mebibytes, double Seconds)? Measure(Process process)
    {
        try
        {
            var most = File.ReadLines($"/proc/{process.Id}/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2];
            return (double.Parse(most, CultureInfo.InvariantCulture) / 1024, process.TotalProcessorTime.TotalSeconds);
        }
        catch (Exception error) when (error is IOException or InvalidOperationException)
        {
            return null;
        }
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Require(process);
    }

    private static void Require(Process process)
    {
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{process.StartInfo.FileName} ended with {process.ExitCode}.");
        }
    }

    /// <summary>Of this process and of those that it started and that have ended: proc_pid_stat(5), fields 14 to 17, in hundredths.</summary>
    private static double ProcessorSeconds()
    {
        var text = File.ReadAllText("/proc/self/stat");
        return text[(text.LastIndexOf(')') + 2)..].Split(' ')[11..15].Sum(ticks => double.Parse(ticks, CultureInfo.InvariantCulture)) / 100;
    }

    private static double Seconds(Action work)
    {
        var started = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task<double> SecondsAsync(Func<Task> work)
    {
        var started = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private readonly record struct Cost(double Seconds, double PeakMebibytes, double ProcessorSeconds, double RestoreSeconds);
}
