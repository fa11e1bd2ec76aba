using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;
using WorkspaceServer.Features.Backups;
using WorkspaceServer.Features.Backups.Generations;
using WorkspaceServer.Features.Samples;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Vault.Keys;
using Xunit;

namespace WorkspaceServer.Tests.Backups;

/// <summary>
/// The sample books are backed up, whole and as packs, while writers change them all the time. Each moment comes back as it was committed then, in every row of every table.
/// ATTACK_BOOKS_SCALE says how large the books are: 20 makes a million rows.
/// </summary>
public sealed class RestoreEqualityTests(ITestOutputHelper output) : IAsyncDisposable
{
    private const int Writers = 2;
    private const int Packs = 1;
    private const long FirstVoucher = 10_000_000;

    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
    private BackupHouse house = null!;
    private WorkspaceId books;
    private long begun;
    private long done;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static int Scale => int.TryParse(Environment.GetEnvironmentVariable("ATTACK_BOOKS_SCALE"), out var scale) ? scale : 1;

    private static ulong Seed => ulong.TryParse(Environment.GetEnvironmentVariable("ATTACK_SEED"), out var seed) ? seed : 7;

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Fact]
    [Trait("claim", "A96")]
    [Trait("claim", "C12")]
    public async Task EveryRowOfTheSampleBooksComesBackAsOfItsMoment_WhileWritersWriteOn()
    {
        house = new BackupHouse(clock);
        books = house.Workspaces.Create();
        var tables = await Timed("load", () => new SampleBooks(Scale).LoadAsync(house.Workspaces.Gateway, books, null, Cancel));
        using var file = house.Workspaces.Open.Use(books);
        var original = file.File.Read(TotalsStore.Read);

        var moments = await WithWritersAsync(BackUpAsync);

        var live = file.File.Read(Rows);
        var changes = Interlocked.Read(ref done);
        Assert.Equal(Packs + 1, moments.Count);
        foreach (var (generation, atLeast, atMost) in moments)
        {
            var (folder, result) = await Timed("restore", () => house.RestoreAsync(Cancel, generation.Finished));
            Assert.Equal(generation.Finished, result.AsOf);
            using var restored = Open(folder);
            var totals = TotalsStore.Read(restored);
            var count = Assert.Single(totals.Tables, table => table.Table == "vouchers").Rows - original.Tables.Single(table => table.Table == "vouchers").Rows;
            Assert.InRange(count, atLeast, atMost);
            Assert.Empty(Expected(original, totals, count));

            // What was written after that moment, written again, must make it the books of now: so nothing before it is missing or different.
            Run(restored, "BEGIN");
            for (var number = count + 1; number <= changes; number++)
            {
                Change(restored, number);
            }

            Run(restored, "COMMIT");
            Assert.Equal(live, Rows(restored));
        }

        Assert.True(moments[^1].AtMost > moments[0].AtLeast && changes > 0, "No writer came to write.");
        output.WriteLine(FormattableString.Invariant($"scale {Scale}, seed {Seed}: {tables.Sum(table => table.RowCount)} rows, {changes} changes; moments {string.Join(", ", moments.Select(each => $"{each.AtLeast}–{each.AtMost}"))}"));
    }

    /// <summary>A whole backup and packs after it; of each how many changes were committed at least, and at most, when it was of.</summary>
    private async Task<List<(Generation Generation, long AtLeast, long AtMost)>> BackUpAsync()
    {
        var moments = new List<(Generation, long, long)>();
        for (var each = 0; each <= Packs; each++)
        {
            clock.Advance(TimeSpan.FromMinutes(5));
            var before = Interlocked.Read(ref done);
            var generation = await Timed(each == 0 ? "backup" : "pack", async () => each == 0 ? (await house.Runner.RunAsync(null, Cancel)).Generation : (await house.Packs.RunAsync(Cancel))!);
            moments.Add((generation, before, Interlocked.Read(ref begun)));
        }

        return moments;
    }

    private async Task<T> WithWritersAsync<T>(Func<Task<T>> act)
    {
        using var stop = new CancellationTokenSource();
        var writing = Enumerable.Range(0, Writers).Select(_ => Task.Run(async () =>
        {
            using var lease = house.Workspaces.Open.Use(books);
            while (!stop.IsCancellationRequested)
            {
                await lease.File.Writer.RunAsync(connection => Change(connection, ++begun), Cancel);
                Interlocked.Increment(ref done);
            }
        })).ToArray();
        var result = await act();
        await stop.CancelAsync();
        await Task.WhenAll(writing);
        return result;
    }

    /// <summary>One change, the same whenever it is made: an entry in the books, a line of it, more of one item on an invoice, a receipt taken away.</summary>
    private static int Change(SqliteConnection connection, long number)
    {
        var pick = 1 + (long)((((ulong)number * 7919) + Seed) % 1000);
        using var command = connection.CreateCommand();
        command.CommandText = """
            INSERT INTO vouchers (id, date, kind, narration) VALUES (@voucher, '2026-04-01', 'journal', 'Change ' || @number);
            INSERT INTO voucher_lines (id, voucher_id, ledger_id, amount) SELECT @voucher, @voucher, ledger_id, amount FROM voucher_lines WHERE id = @pick;
            UPDATE invoice_lines SET quantity = quantity + 1 WHERE id = @pick;
            DELETE FROM receipts WHERE id = (SELECT max(id) FROM receipts);
            """;
        command.Parameters.AddWithValue("@voucher", FirstVoucher + number);
        command.Parameters.AddWithValue("@number", number);
        command.Parameters.AddWithValue("@pick", pick);
        return command.ExecuteNonQuery();
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>What differs from the original books with so many changes.</summary>
    private static IEnumerable<string> Expected(FileTotals original, FileTotals found, long changes)
    {
        foreach (var (before, now) in original.Tables.Zip(found.Tables))
        {
            var rows = before.Table switch
            {
                "vouchers" or "voucher_lines" => before.Rows + changes,
                "receipts" => Math.Max(0, before.Rows - changes),
                _ => before.Rows,
            };
            if (before.Table != now.Table || now.Rows != rows)
            {
                yield return $"{now.Table} has {now.Rows} rows and not {rows}";
            }

            var isTouched = before.Table is "vouchers" or "voucher_lines" or "receipts" or "invoice_lines";
            if (!isTouched && !before.Sums.SequenceEqual(now.Sums))
            {
                yield return $"the sums of {now.Table} differ";
            }
            else if (before.Table == "invoice_lines" && double.Parse(now.Sums["quantity"], CultureInfo.InvariantCulture) - double.Parse(before.Sums["quantity"], CultureInfo.InvariantCulture) != changes)
            {
                yield return "the quantities do not add up";
            }
        }
    }

    /// <summary>By table the sum of all rows' digests: the same for the same rows, in whichever order.</summary>
    private static string Rows(SqliteConnection connection)
    {
        var digests = new StringBuilder();
        foreach (var table in TotalsStore.Read(connection).Tables.Select(each => each.Table))
        {
            using var command = connection.CreateCommand();
            command.CommandText = $"SELECT * FROM \"{table}\"";
            using var rows = command.ExecuteReader();
            var sum = UInt128.Zero;
            var row = new StringBuilder();
            while (rows.Read())
            {
                row.Clear();
                for (var column = 0; column < rows.FieldCount; column++)
                {
                    row.Append(CultureInfo.InvariantCulture, $"{(rows.GetValue(column) is byte[] bytes ? Convert.ToHexStringLower(bytes) : rows.GetValue(column))}\u001f");
                }

                sum = unchecked(sum + BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(row.ToString()))));
            }

            digests.AppendLine(CultureInfo.InvariantCulture, $"{table} {sum:x32}");
        }

        return digests.ToString();
    }

    private SqliteConnection Open(string folder)
    {
        using var key = KeyDerivation.ForWorkspace(house.Workspaces.Master, books, house.Workspaces.Store.Find(books)!.KeySalt);
        return EncryptedDatabase.Open(DataFolder.Open(folder).DatabaseOf(books), key, DatabaseAccess.ReadWrite);
    }

    private async Task<T> Timed<T>(string what, Func<Task<T>> act)
    {
        var began = Stopwatch.GetTimestamp();
        var result = await act();
        output.WriteLine(FormattableString.Invariant($"{what}: {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s"));
        return result;
    }
}
