using System.Globalization;
using System.Text;
using WorkspaceServer.Agent.Tests.Server;
using Xunit;

namespace WorkspaceServer.Agent.Tests.Programs;

/// <summary>What a table of a million rows costs. Takes a minute, so it runs only when asked for: -explicit only -class '*MillionRows*'.</summary>
public sealed class MillionRowsTests(ITestOutputHelper output)
{
    private const int Rows = 1_000_000;
    private const long MaxResidentKilobytes = 200 * 1024;

    [Fact(Explicit = true)]
    [Trait("claim", "E10")]
    public async Task MemoryIsBounded_AndAnUnchangedTableIsOnlyRead()
    {
        using var folder = new TemporaryFolder();
        await using var server = await ProtocolServer.StartAsync();
        var agent = AgentProgram.Here(folder.File("home"));
        var text = new StringBuilder("id,day,party,narration,amount\n");
        for (var id = 1; id <= Rows; id++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{id},2024-{(id % 12) + 1:00}-{(id % 28) + 1:00},Party {id % 997},Sale of goods against bill {id % 10_007},{id % 100_000}.{id % 100:00}\n");
        }

        folder.Write("t.csv", text.ToString());
        await agent.SucceedAsync("pair", "--url", server.Url, "--token-file", folder.Write("pair.txt", server.PairingToken));
        await agent.SucceedAsync("source", "add", "files", folder.File("t.csv"), "--key", "t=id", "--json");

        await MeasureAsync(agent, "first sync");
        Assert.Equal(Rows, server.Tables["t"].Rows.Count);
        var batches = server.Batches.Count;
        await MeasureAsync(agent, "unchanged");
        Assert.Equal(batches, server.Batches.Count);
        output.WriteLine($"outbox {new FileInfo(folder.File("home/outbox.db")).Length / 1e6:0} MB, source {new FileInfo(folder.File("t.csv")).Length / 1e6:0} MB");
    }

    private async Task MeasureAsync(AgentProgram agent, string what)
    {
        var started = TimeProvider.System.GetTimestamp();
        using var process = agent.Start("sync", "--once", "--json");
        var printed = process.StandardOutput.ReadToEndAsync();
        var peak = 0L;
        // The kernel keeps the peak itself (proc(5), VmHWM); it is gone with the process, so it is read until then.
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!process.HasExited && await timer.WaitForNextTickAsync())
        {
            peak = Math.Max(peak, PeakOf(process.Id));
        }

        var seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
        output.WriteLine($"{what}: {seconds:0.0} s, {Rows / seconds:0} rows/s, peak {peak / 1024} MB resident");
        Assert.True(process.ExitCode == 0, await printed);
        Assert.InRange(peak, 1, MaxResidentKilobytes);
    }

    private static long PeakOf(int id)
    {
        try
        {
            return File.ReadLines($"/proc/{id}/status").Where(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))
                .Select(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture)).FirstOrDefault();
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
