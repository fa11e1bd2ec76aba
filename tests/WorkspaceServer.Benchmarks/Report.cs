using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace WorkspaceServer.Benchmarks;

/// <summary>Figures as rows: measure | target | ours | peer or limit | ratio | command.</summary>
internal sealed class Report
{
    private const string Heading = "| measure | target | ours | peer or limit | ratio | command |\n|---|---|---|---|---|---|";

    private readonly List<string> rows = [];
    private readonly List<string> commands = [];
    private string command = "";
    private string when = "";

    /// <summary>What the rows that follow were measured with; the load and the day are noted beside it.</summary>
    public void Begin(string name)
    {
        command = $"`make bench ARGS={name}`";
        commands.Add(command);
        when = string.Create(CultureInfo.InvariantCulture, $"{TimeProvider.System.GetUtcNow():yyyy-MM-dd}, load {Load()}");
    }

    public void Row(string measure, string target, double ours, double peer, string unit)
    {
        if (rows.Count == 0)
        {
            Console.WriteLine(Heading);
        }

        rows.Add(string.Create(CultureInfo.InvariantCulture, $"| {measure} | {target} | {ours:#,0.##} {unit} | {peer:#,0.##} {unit} | {ours / peer:0.00} | {command}, {when} |"));
        Console.WriteLine(rows[^1]);
    }

    /// <summary>Writes the rows with the machine they were measured on. What was not measured now stays as it was in the file, and so does the text after the table.</summary>
    public void Write(string file)
    {
        var lines = File.Exists(file) ? File.ReadAllLines(file) : [];
        var kept = lines.Where(line => line.Contains("| `make bench ARGS=", StringComparison.Ordinal) && !commands.Exists(each => line.Contains(each, StringComparison.Ordinal)));
        var text = lines.SkipWhile(line => !line.StartsWith("## ", StringComparison.Ordinal)).ToArray();
        File.WriteAllText(file, $"""
            # Speed

            Written by `make bench`. The ratio is ours divided by the peer or limit, both from the same run, in turns where they are compared.
            The load is that of the 5 minutes before a measurement. One above the number of processors means that others were at work: then rates and times say little, processor time and memory still do.

            {Machine()}

            {Heading}
            {string.Join('\n', rows.Concat(kept))}
            {string.Join('\n', text.Length > 0 ? text.Prepend("") : [])}
            """.TrimEnd() + "\n", new UTF8Encoding(false));
    }

    private static string Load() => File.ReadAllText("/proc/loadavg").Split(' ')[1];

    private static string Machine()
    {
        var model = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "?";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Machine: {Environment.ProcessorCount} × {model}, {RuntimeInformation.OSDescription}, Linux {File.ReadAllText("/proc/sys/kernel/osrelease").Trim()}, {RuntimeInformation.FrameworkDescription}.");
    }
}
