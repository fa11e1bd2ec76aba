using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace WorkspaceServer.Benchmarks;

/// <summary>Figures as rows: measure | target | ours | peer or limit | ratio | command.</summary>
internal sealed class Report
{
    private readonly List<string> rows = [];

    /// <summary>What the rows that follow were measured with.</summary>
    public string Command { get; set; } = "";

    public void Row(string measure, string target, double ours, double peer, string unit)
    {
        if (rows.Count == 0)
        {
            Console.WriteLine("| measure | target | ours | peer or limit | ratio | command |\n|---|---|---|---|---|---|");
        }

        rows.Add(string.Create(CultureInfo.InvariantCulture, $"| {measure} | {target} | {ours:#,0.##} {unit} | {peer:#,0.##} {unit} | {ours / peer:0.00} | `{Command}` |"));
        Console.WriteLine(rows[^1]);
    }

    /// <summary>Writes all rows with the machine they were measured on.</summary>
    public void Write(string file) => File.WriteAllText(file, $"""
        # Speed

        Written by `make bench`. The ratio is ours divided by the peer or limit, both from the same run, in turns where they are compared.
        A load above the number of processors means that others were at work: then rates and times say little, processor time and memory still do.

        {Machine()}

        | measure | target | ours | peer or limit | ratio | command |
        |---|---|---|---|---|---|
        {string.Join('\n', rows)}

        """, new UTF8Encoding(false));

    private static string Machine()
    {
        var model = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "?";
        var load = File.ReadAllText("/proc/loadavg").Split(' ')[1];
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Machine: {Environment.ProcessorCount} × {model}, {RuntimeInformation.OSDescription}, Linux {File.ReadAllText("/proc/sys/kernel/osrelease").Trim()}, {RuntimeInformation.FrameworkDescription}, load of the last 5 minutes {load}. {TimeProvider.System.GetUtcNow():yyyy-MM-dd}.");
    }
}
