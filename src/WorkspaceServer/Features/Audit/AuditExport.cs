using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace WorkspaceServer.Features.Audit;

/// <summary>Writes rows as CSV (RFC 4180) or as one JSON document a line.</summary>
internal static class AuditExport
{
    public const string Csv = "csv";
    public const string JsonLines = "jsonl";

    private const int RowsPerRead = 1000;

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] Columns =
        ["seq", "at", "actor_kind", "actor_id", "actor_name", "action", "target_kind", "target_id", "workspace_id", "request_id", "ip", "user_agent", "outcome", "details", "mac"];

    /// <returns>How many rows were written.</returns>
    public static async Task<long> WriteAsync(AuditStore store, AuditFilter filter, string format, TextWriter to, Action<long> report, CancellationToken cancel)
    {
        if (format == Csv)
        {
            await to.WriteAsync(Line(Columns));
        }

        long written = 0;
        for (var page = store.Next(filter, 0, RowsPerRead); page.Count > 0; page = store.Next(filter, page[^1].Row.Seq, RowsPerRead))
        {
            cancel.ThrowIfCancellationRequested();
            foreach (var row in page)
            {
                await to.WriteAsync(format == Csv ? Line(Cells(row)) : JsonSerializer.Serialize(Document(row), Json) + "\n");
            }

            written += page.Count;
            report(written);
        }

        return written;
    }

    /// <summary>A row for people and programs: the names of the columns, the time as text, the details as JSON.</summary>
    public static object Document(StoredAuditRow stored) => new
    {
        stored.Row.Seq,
        At = Time(stored),
        stored.Row.ActorKind,
        stored.Row.ActorId,
        stored.ActorName,
        stored.Row.Action,
        stored.Row.TargetKind,
        stored.Row.TargetId,
        stored.Row.WorkspaceId,
        stored.Row.RequestId,
        stored.Row.Ip,
        stored.Row.UserAgent,
        stored.Row.Outcome,
        Details = JsonElement.Parse(stored.Row.Details),
        Mac = Convert.ToHexStringLower(stored.Mac),
    };

    /// <summary>UTC, to the millisecond.</summary>
    public static string Time(StoredAuditRow row) => row.At.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);

    private static string[] Cells(StoredAuditRow stored)
    {
        var row = stored.Row;
        return
        [
            row.Seq.ToString(System.Globalization.CultureInfo.InvariantCulture), Time(stored), row.ActorKind, row.ActorId, stored.ActorName, row.Action, row.TargetKind ?? "",
            row.TargetId ?? "", row.WorkspaceId ?? "", row.RequestId ?? "", row.Ip ?? "", row.UserAgent ?? "", row.Outcome, row.Details, Convert.ToHexStringLower(stored.Mac),
        ];
    }

    public static string Line(IEnumerable<string> cells)
    {
        var line = new StringBuilder();
        foreach (var cell in cells)
        {
            // A spreadsheet takes what begins like this for a formula; callers choose user agents and names.
            var safe = cell.Length > 0 && cell[0] is '=' or '+' or '-' or '@' or '\t' or '\r' ? "'" + cell : cell;
            line.Append(line.Length > 0 ? "," : "").Append('"').Append(safe.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
        }

        return line.Append("\r\n").ToString();
    }
}
