using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;
using Xunit;

namespace WorkspaceServer.Tests.Sandbox;

/// <summary>A workspace with something to hide, and the rules that hold whatever is asked of it.</summary>
public sealed class HostileYard : IAsyncLifetime
{
    public const int Vouchers = 50_000;
    public const long MaxMemoryKibibytes = 128 << 10;
    private const string Canary = "CANARY";
    private const string CanaryNumber = "918273645";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Latest = TimeSpan.FromMilliseconds(2500);
    private static readonly string[] HiddenNames = ["secret_pan", "secret_limit", "salaries", "net_pay"];

    // As text, in hexadecimal, backwards.
    private static readonly string[] Traces = [Canary, "43414E415259", "YRANAC", CanaryNumber];
    private readonly TemporaryFolder target = new();
    private readonly ConcurrentQueue<string> complaints = new();
    private WatchedFiles files = null!;
    private WorkerMemory memory = null!;
    private string before = "";
    private string rootNames = "";
    private long idleKibibytes;

    internal static ReadAccess Access { get; } = new(["parties.secret_pan", "parties.secret_limit", "salaries.*"]);

    // Room for the bombs that run at the same time, each of which may use up its whole deadline.
    internal TemporaryWorkspaces Server { get; } = new(configure: options => options with { HeavyWorkers = 4 });

    internal WorkspaceId Books { get; private set; }

    internal WorkspaceId Other { get; private set; }

    internal IReadOnlyList<Statement> Statements { get; private set; } = [];

    internal static TableSchema Parties { get; } = new(
        "parties",
        [
            new ColumnSchema("id", ColumnType.Text), new ColumnSchema("name", ColumnType.Text), new ColumnSchema("city", ColumnType.Text),
            new ColumnSchema("secret_pan", ColumnType.Text, References: "salaries.employee"), new ColumnSchema("secret_limit", ColumnType.Integer),
            new ColumnSchema("balance", ColumnType.Decimal),
        ],
        KeyColumn: "id");

    public async ValueTask InitializeAsync()
    {
        Books = await LoadAsync(Server);
        Other = Server.Create("Other");
        Statements = HostileStatements.Read("hostile.sql", text => text
            .Replace("$T", target.Path, StringComparison.Ordinal)
            .Replace("$D", Server.Folder.DatabaseOf(Books), StringComparison.Ordinal)
            .Replace("$O", Server.Folder.DatabaseOf(Other), StringComparison.Ordinal));
        files = new WatchedFiles(Path.GetDirectoryName(Server.KeyFile)!, target.Path);
        memory = new WorkerMemory();
        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Server.AskAsync(Books, "SELECT count(*) FROM parties", default, Access)));
        memory.Restart();
        idleKibibytes = memory.PeakKibibytes;
        (before, rootNames) = (files.State(), RootNames());
    }

    public async ValueTask DisposeAsync()
    {
        memory.Dispose();
        await Server.DisposeAsync();
        files.Dispose();
        target.Dispose();
    }

    /// <summary>Two parties with two hidden columns, a hidden table, fifty thousand vouchers; full text over all of them.</summary>
    internal static async Task<WorkspaceId> LoadAsync(TemporaryWorkspaces server)
    {
        var books = server.Create();
        await server.LoadAsync(
            books,
            Parties,
            [["P1", "Mehta & Sons", "Pune", $"{Canary}PAN1", 918273645L, 12.5], ["P2", "Rao", "Kochi", $"{Canary}PAN2", 918273645L, 0.5]],
            default);
        await server.LoadAsync(
            books,
            new TableSchema("salaries", [new ColumnSchema("employee", ColumnType.Text), new ColumnSchema("net_pay", ColumnType.Integer)], KeyColumn: "employee"),
            [[$"{Canary}EMPLOYEE", 918273645L]],
            default);
        var vouchers = new TableSchema(
            "vouchers",
            [
                new ColumnSchema("id", ColumnType.Integer), new ColumnSchema("day", ColumnType.Date), new ColumnSchema("amount", ColumnType.Decimal),
                new ColumnSchema("narration", ColumnType.Text),
            ],
            KeyColumn: "id");
        var start = new DateOnly(2025, 4, 1);
        await server.LoadAsync(
            books,
            vouchers,
            [
                .. Enumerable.Range(1, Vouchers).Select(i => new SqlValue[]
                {
                    (long)i, start.AddDays(i % 365).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), i % 9973 / 4.0, $"rent {i % 101} paid",
                }),
            ],
            default);
        return books;
    }

    /// <summary>Runs statements, some at the same time, and returns what is wrong with them.</summary>
    internal async Task<IReadOnlyList<string>> ComplaintsAsync(IEnumerable<Statement> statements, int atOnce = 1)
    {
        complaints.Clear();
        foreach (var group in statements.Chunk(atOnce))
        {
            await Task.WhenAll(group.Select(RunAsync));
            Require(files.State() == before, "a file was changed or created by", group);
            Require(RootNames() == rootNames, "a file was created in / by", group);
            Require(memory.PeakKibibytes <= idleKibibytes + MaxMemoryKibibytes, $"{memory.PeakKibibytes / 1024} MiB of memory (idle {idleKibibytes / 1024}) for", group);
            memory.Restart();
        }

        return [.. complaints];
    }

    /// <summary>What is wrong with a text that a caller gets to see; what the caller wrote itself is no secret.</summary>
    internal string? LeakIn(string seen, string asked) =>
        Traces.FirstOrDefault(trace => seen.Contains(trace, StringComparison.OrdinalIgnoreCase) && !asked.Contains(trace, StringComparison.OrdinalIgnoreCase))
        ?? HiddenNames.FirstOrDefault(name => seen.Contains(name, StringComparison.OrdinalIgnoreCase) && !asked.Contains(name, StringComparison.OrdinalIgnoreCase))
        ?? (seen.Contains(Path.GetDirectoryName(Server.KeyFile)!, StringComparison.Ordinal) && !asked.Contains('/', StringComparison.Ordinal) ? "a path" : null);

    private static string RootNames() => string.Join(' ', Directory.EnumerateFileSystemEntries("/").Order(StringComparer.Ordinal));

    private static string Text(SqlValue value) => value.Type == SqlType.Blob ? System.Text.Encoding.Latin1.GetString(value.AsBlob()) : value.ToString();

    private async Task RunAsync(Statement statement)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            var answer = await Server.Gateway.QueryAsync(Books, new QueryMessage(statement.Sql, Access, 1000, 1 << 20, Deadline), default);
            Require(statement.Expected != Expected.Refused, $"answered with {answer.Rows.Count} rows", statement);
            Inspect(statement, answer);
        }
        catch (ProblemException problem)
        {
            Require(IsExpected(statement.Expected, problem.Code), $"{problem.Code.Code} “{problem.Message}”", statement);
            Require(LeakIn(problem.Message, statement.Sql) is null, $"the message shows {LeakIn(problem.Message, statement.Sql)}", statement);
        }

        var elapsed = Stopwatch.GetElapsedTime(started);
        Require(elapsed <= Latest, $"took {elapsed.TotalMilliseconds:F0} ms", statement);
        var next = await Server.AskAsync(Books, "SELECT count(*) FROM parties", default, Access);
        Require(next.Rows[0][0].AsInteger() == 2, "the next question failed after", statement);
    }

    private static bool IsExpected(Expected expected, ProblemCode code) => expected switch
    {
        Expected.Refused => code == ProblemCodes.NotReadable || code == ProblemCodes.InvalidSql || code == ProblemCodes.TooExpensive,
        Expected.Bounded => code == ProblemCodes.DeadlineExceeded || code == ProblemCodes.TooExpensive,
        _ => false,
    };

    private void Inspect(Statement statement, QueryAnswer answer)
    {
        // A column without an alias is called after its own expression, which is the caller's text.
        var leaks = answer.Columns.Concat(answer.Touched).Select(name => LeakIn(name, statement.Sql))
            .Concat(answer.Rows.SelectMany(row => row).Select(cell => LeakIn(Text(cell), statement.Sql)));
        Require(leaks.All(leak => leak is null), "shows something hidden", statement);
        Require(answer.Touched.All(name => !name.Contains("secret", StringComparison.Ordinal) && !name.StartsWith("salaries", StringComparison.Ordinal)), "read something hidden", statement);
    }

    private void Require(bool holds, string what, params IEnumerable<Statement> statements)
    {
        if (!holds)
        {
            complaints.Enqueue($"{what}: {string.Join(" / ", statements)}");
        }
    }
}
