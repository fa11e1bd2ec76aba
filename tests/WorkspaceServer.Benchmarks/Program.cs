using WorkspaceServer.Benchmarks;

// workspace-benchmarks [NAME…]: runs the named measurements, or all, and prints one row for each figure.
(string Name, Func<Report, Task> Run)[] all =
[
    ("import", ImportBenchmark.RunAsync),
    ("query", QueryBenchmark.RunAsync),
    ("mcp", McpBenchmark.RunAsync),
    ("neighbour", NeighbourBenchmark.RunAsync),
    ("audit", AuditBenchmark.RunAsync),
    ("sandbox", SandboxBenchmark.RunAsync),
];

var unknown = args.Except(all.Select(each => each.Name)).ToArray();
if (unknown.Length > 0)
{
    await Console.Error.WriteLineAsync($"There is no measurement '{unknown[0]}'. Known ones: {string.Join(", ", all.Select(each => each.Name))}.");
    return 2;
}

foreach (var (name, run) in all.Where(each => args.Length == 0 || args.Contains(each.Name)))
{
    var report = new Report($"make bench ARGS={name}");
    await run(report);
}

return 0;
