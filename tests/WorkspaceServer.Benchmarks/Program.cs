using WorkspaceServer.Benchmarks;

// workspace-benchmarks [--write FILE] [NAME…]: runs the named measurements, or all, and prints one row for each figure; in the file, only their rows are replaced.
if (args is [BareHost.Mode, var database, var url])
{
    await BareHost.RunAsync(database, url);
    return 0;
}

var file = args is ["--write", var path, ..] ? path : null;
var names = file is null ? args : args[2..];
(string Name, Func<Report, Task> Run)[] all =
[
    ("import", ImportBenchmark.RunAsync),
    ("sync", SyncBenchmark.RunAsync),
    ("query", QueryBenchmark.RunAsync),
    ("mcp", McpBenchmark.RunAsync),
    ("start", StartBenchmark.RunAsync),
    ("many", ManyWorkspacesBenchmark.RunAsync),
    ("aggregate", AggregateBenchmark.RunAsync),
    ("neighbour", NeighbourBenchmark.RunAsync),
    ("fairness", FairnessBenchmark.RunAsync),
    ("audit", AuditBenchmark.RunAsync),
    ("sandbox", SandboxBenchmark.RunAsync),
    ("accounts", AccountsBenchmark.RunAsync),
    ("access", AccessBenchmark.RunAsync),
    ("pages", PagesBenchmark.RunAsync),
    ("oauth", OAuthBenchmark.RunAsync),
    ("backup", BackupBenchmark.RunAsync),
    ("backup-many", BackupBenchmark.RunManyAsync),
];

var unknown = names.Except(all.Select(each => each.Name)).ToArray();
if (unknown.Length > 0)
{
    await Console.Error.WriteLineAsync($"There is no measurement '{unknown[0]}'. Known ones: {string.Join(", ", all.Select(each => each.Name))}.");
    return 2;
}

var report = new Report();
foreach (var (name, run) in all.Where(each => names.Length == 0 || names.Contains(each.Name)))
{
    report.Begin(name);
    await run(report);
    if (file is not null)
    {
        // At once, so that what fails later takes nothing away.
        report.Write(file);
    }
}

return 0;
