using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Mcp.Tools;

/// <summary>
/// What is kept of one call beside the request's ids: which tool, tables and columns, how much and how long. The log line never has SQL, arguments or
/// cells; the audit row has the SQL and the arguments as the settings say, and no cells either.
/// </summary>
internal sealed partial class ToolCallNotes(string tool)
{
    /// <summary>Most tables and columns that are logged.</summary>
    private const int MaxTouched = 100;

    private readonly long started = TimeProvider.System.GetTimestamp();
    private Exception? failure;
    private string? sql;

    public string Tool => tool;

    /// <summary>"ok" or a problem code.</summary>
    public string Outcome { get; set; } = "ok";

    public int Rows { get; set; }

    public int Bytes { get; set; }

    /// <summary>"table" or "table.column".</summary>
    public IReadOnlyList<string> Touched { get; set; } = [];

    /// <summary>As they were checked; none if they were not.</summary>
    public IReadOnlyList<(string Name, object Value)> Arguments { get; set; } = [];

    /// <summary>Statements may hold values, so only a digest is logged: enough to find equal ones.</summary>
    public void NoteSql(string text) => sql = text;

    public void Fail(Exception error)
    {
        failure = error;
        Outcome = "internal_error";
    }

    public void Write(ILogger log)
    {
        var ms = Milliseconds;
        var sqlDigest = sql is null ? null : SqlText.Digest(sql);
        var touched = string.Join(' ', Touched.Take(MaxTouched));
        if (failure is null)
        {
            Called(log, tool, Outcome, touched, Rows, Bytes, ms, sqlDigest);
        }
        else
        {
            Failed(log, failure, tool, Outcome, touched, Rows, Bytes, ms, sqlDigest);
        }
    }

    /// <summary>What the audit row has beside the tool and the outcome.</summary>
    public IReadOnlyList<(string Name, object? Value)> Details(SqlText policy) =>
    [
        ("client", RequestScope.Current?.Client),
        ("rows", Rows),
        ("bytes", Bytes),
        ("ms", Milliseconds),
        ("statements", RequestScope.Current?.Statements),
        ("touched", Touched),
        .. Arguments.Select(argument => (argument.Name, argument.Value is string text ? Policed(policy, text) : argument.Value)),
    ];

    private string Policed(SqlText policy, string text) => text == sql ? policy.Of(text) : policy.OfArgument(text);

    private double Milliseconds => Math.Round(TimeProvider.System.GetElapsedTime(started).TotalMilliseconds, 2);

    [LoggerMessage(1, LogLevel.Information, "tool {tool} {outcome}: read {touched}, {rows} rows, {bytes} bytes, {ms} ms, sql {sql_sha256}")]
    private static partial void Called(
        ILogger logger, string tool, string outcome, string touched, int rows, int bytes, double ms, string? sql_sha256);

    [LoggerMessage(2, LogLevel.Error, "tool {tool} {outcome}: read {touched}, {rows} rows, {bytes} bytes, {ms} ms, sql {sql_sha256}")]
    private static partial void Failed(
        ILogger logger, Exception error, string tool, string outcome, string touched, int rows, int bytes, double ms, string? sql_sha256);
}
