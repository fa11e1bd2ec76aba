using System.Security.Cryptography;
using System.Text;

namespace WorkspaceServer.Features.Mcp.Tools;

/// <summary>What one call's log line says beside the request's ids: which tool, tables and columns, how much and how long; never SQL, arguments or cells.</summary>
internal sealed partial class ToolCallNotes(string tool)
{
    /// <summary>Most tables and columns that are logged.</summary>
    private const int MaxTouched = 100;

    private readonly long started = TimeProvider.System.GetTimestamp();
    private Exception? failure;
    private string? sqlDigest;

    /// <summary>"ok" or a problem code.</summary>
    public string Outcome { get; set; } = "ok";

    public int Rows { get; set; }

    public int Bytes { get; set; }

    /// <summary>"table" or "table.column".</summary>
    public IReadOnlyList<string> Touched { get; set; } = [];

    /// <summary>Statements may hold values, so only a digest is logged: enough to find equal ones.</summary>
    public void NoteSql(string sql) => sqlDigest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql)).AsSpan(0, 8));

    public void Fail(Exception error)
    {
        failure = error;
        Outcome = "internal_error";
    }

    public void Write(ILogger log)
    {
        var ms = Math.Round(TimeProvider.System.GetElapsedTime(started).TotalMilliseconds, 2);
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

    [LoggerMessage(1, LogLevel.Information, "tool {tool} {outcome}: read {touched}, {rows} rows, {bytes} bytes, {ms} ms, sql {sql_sha256}")]
    private static partial void Called(
        ILogger logger, string tool, string outcome, string touched, int rows, int bytes, double ms, string? sql_sha256);

    [LoggerMessage(2, LogLevel.Error, "tool {tool} {outcome}: read {touched}, {rows} rows, {bytes} bytes, {ms} ms, sql {sql_sha256}")]
    private static partial void Failed(
        ILogger logger, Exception error, string tool, string outcome, string touched, int rows, int bytes, double ms, string? sql_sha256);
}
