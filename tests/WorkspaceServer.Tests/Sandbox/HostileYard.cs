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

    // Who writes these may get them back, changed or counted up; whether they were right then shows against the twin.
    private static readonly string[] Stems = [Canary, CanaryNumber[..^3]];
    private readonly TemporaryFolder target = new();
    private readonly ConcurrentQueue<string> complaints = new();
    private WatchedFiles files = null!;
    private WorkerMemory memory = null!;
    private string before = "";
    private string rootNames = "";
    private long idleKibibytes;
    private int answered;

    internal static ReadAccess Access { get; } = new(["parties.secret_pan", "parties.secret_limit", "salaries.*"]);

    // Room for the bombs that run at the same time, each of which may use up its whole deadline.
    internal TemporaryWorkspaces Server { get; } = new(configure: options => options with { HeavyWorkers = 4 });

    internal WorkspaceId Books { get; private set; }

    internal WorkspaceId Other { get; private set; }

    /// <summary>Like the first, but for what is hidden: a statement that is answered differently there has seen some of it.</summary>
    internal WorkspaceId Twin { get; private set; }

    /// <summary>How many statements were answered with rows or the lack of them.</summary>
    internal int Answered => answered;

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
        Books = await LoadAsync(Server, "PAN", 918273645, 1);
        Twin = await LoadAsync(Server, "TWIN", 918270000, 3);
        Other = Server.Create("Other");
        Statements = HostileStatements.Read("hostile.sql", text => text
            .Replace("$T", target.Path, StringComparison.Ordinal)
            .Replace("$D", Server.Folder.DatabaseOf(Books), StringComparison.Ordinal)
            .Replace("$O", Server.Folder.DatabaseOf(Other), StringComparison.Ordinal));
        files = new WatchedFiles(Path.GetDirectoryName(Server.KeyFile)!, target.Path);
        memory = new WorkerMemory();
        await Task.WhenAll(Enumerable.Range(0, 32).Select(i => Server.AskAsync(i % 2 == 0 ? Books : Twin, "SELECT count(*) FROM parties", default, Access)));
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
    internal static async Task<WorkspaceId> LoadAsync(TemporaryWorkspaces server, string hiddenText = "PAN", long hiddenNumber = 918273645, int hiddenRows = 1)
    {
        var books = server.Create();
        await server.LoadAsync(
            books,
            Parties,
            [["P1", "Mehta & Sons", "Pune", $"{Canary}{hiddenText}1", hiddenNumber, 12.5], ["P2", "Rao", "Kochi", $"{Canary}{hiddenText}2", hiddenNumber, 0.5]],
            default);
        await server.LoadAsync(
            books,
            new TableSchema("salaries", [new ColumnSchema("employee", ColumnType.Text), new ColumnSchema("net_pay", ColumnType.Integer)], KeyColumn: "employee"),
            [.. Enumerable.Range(1, hiddenRows).Select(i => new SqlValue[] { $"{Canary}{hiddenText}EMPLOYEE{i}", hiddenNumber })],
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
    /// <param name="atOnce">So many run at the same time.</param>
    /// <param name="inGroup">Files and memory are looked at after so many.</param>
    internal async Task<IReadOnlyList<string>> ComplaintsAsync(IEnumerable<Statement> statements, int atOnce = 1, int inGroup = 1)
    {
        complaints.Clear();
        foreach (var group in statements.Chunk(Math.Max(atOnce, inGroup)))
        {
            foreach (var some in group.Chunk(atOnce))
            {
                await Task.WhenAll(some.Select(RunAsync));
            }

            Require(ChangedFiles() is null, $"files changed ({ChangedFiles()}) by", group);
            Require(RootNames() == rootNames, "a file was created in / by", group);
            Require(memory.PeakKibibytes <= idleKibibytes + MaxMemoryKibibytes, $"{memory.PeakKibibytes / 1024} MiB of memory (idle {idleKibibytes / 1024}) for", group);
            memory.Restart();
        }

        return [.. complaints];
    }

    /// <summary>What is wrong with a text that a caller gets to see; what the caller wrote itself is no secret.</summary>
    internal string? LeakIn(string seen, string asked) =>
        Traces.FirstOrDefault(trace => seen.Contains(trace, StringComparison.OrdinalIgnoreCase) && !Stems.Any(stem => asked.Contains(stem, StringComparison.OrdinalIgnoreCase)))
        ?? HiddenNames.FirstOrDefault(name => seen.Contains(name, StringComparison.OrdinalIgnoreCase) && !asked.Contains(name, StringComparison.OrdinalIgnoreCase))
        ?? (seen.Contains(Path.GetDirectoryName(Server.KeyFile)!, StringComparison.Ordinal) && !asked.Contains('/', StringComparison.Ordinal) ? "a path" : null);

    /// <summary>Files that are not as they were at the start, by name; null if there are none.</summary>
    internal string? ChangedFiles()
    {
        var (was, now) = (before.Split('\n'), files.State().Split('\n'));
        var changed = string.Join(", ", was.Except(now).Concat(now.Except(was)));
        return changed.Length == 0 ? null : changed;
    }

    private static string RootNames() => string.Join(' ', Directory.EnumerateFileSystemEntries("/").Order(StringComparer.Ordinal));

    private static string Text(SqlValue value) => value.Type == SqlType.Blob ? System.Text.Encoding.Latin1.GetString(value.AsBlob()) : value.ToString();

    private async Task RunAsync(Statement statement)
    {
        var outcome = await OutcomeAsync(Books, statement);
        var next = await Server.AskAsync(Books, "SELECT count(*) FROM parties", default, Access);
        Require(next.Rows[0][0].AsInteger() == 2, "the next question failed after", statement);
        if (statement.Expected != Expected.Bounded && outcome is not null && await OutcomeAsync(Twin, statement) is { } twin)
        {
            Require(outcome == twin, $"the answer depends on what is hidden, {outcome} and {twin}", statement);
        }
    }

    /// <summary>The answer as text; null if it ran into a limit of time or memory, which need not strike twice.</summary>
    private async Task<string?> OutcomeAsync(WorkspaceId workspace, Statement statement)
    {
        var started = Stopwatch.GetTimestamp();
        string? outcome;
        try
        {
            var answer = await Server.QueryAsync(workspace, new QueryMessage(statement.Sql, Access, 1000, 1 << 20, Deadline), default);
            Interlocked.Add(ref answered, workspace == Books ? 1 : 0);
            Require(statement.Expected != Expected.Refused, $"answered with {answer.Rows.Count} rows", statement);
            Inspect(statement, answer);
            outcome = $"{string.Join(',', answer.Columns)}: {string.Join('|', answer.Rows.Select(row => string.Join(',', row.Select(Text))))}";
        }
        catch (ProblemException problem)
        {
            Require(IsExpected(statement.Expected, problem.Code), $"{problem.Code.Code} “{problem.Message}”", statement);
            Require(LeakIn(problem.Message, statement.Sql) is null, $"the message shows {LeakIn(problem.Message, statement.Sql)}", statement);
            outcome = problem.Code == ProblemCodes.DeadlineExceeded || problem.Code == ProblemCodes.TooExpensive ? null : problem.Message;
        }

        var elapsed = Stopwatch.GetElapsedTime(started);
        Require(elapsed <= Latest, $"took {elapsed.TotalMilliseconds:F0} ms", statement);
        return outcome;
    }

    private static bool IsExpected(Expected expected, ProblemCode code) => expected switch
    {
        Expected.Refused => code == ProblemCodes.NotReadable || code == ProblemCodes.InvalidSql || code == ProblemCodes.TooExpensive,
        Expected.Bounded => code == ProblemCodes.DeadlineExceeded || code == ProblemCodes.TooExpensive,
        Expected.Any => code == ProblemCodes.DeadlineExceeded || IsExpected(Expected.Refused, code),
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
