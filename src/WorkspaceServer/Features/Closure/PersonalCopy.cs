using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using WorkspaceServer.Features.Accounts.Phones;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Closure;

/// <summary>Writes everything that is kept about one person as a ZIP archive: each table as JSON and as CSV, and a manifest with the SHA-256 of each file.</summary>
/// <remarks>
/// It goes out as it is made, and no lock is held while whoever asked reads slowly: sections are read whole, for they are small, and the audit log by pages up
/// to the row that was the last when it began, so that both of its files have the same rows.
/// </remarks>
internal sealed class PersonalCopy(PersonalDataStore store, PhoneCodes phones, AuditStore audit, PublicAddress address, TimeProvider clock)
{
    /// <summary>Rows of the audit log that are in memory at a time.</summary>
    private const int RowsPerRead = 500;

    private const string Unknown = "what other people did to your account is told without who they are";

    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonSerializerOptions ManifestJson = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] AuditColumns = ["seq", "at", "by", "action", "meaning", "workspace_id", "target_kind", "target_id", "outcome", "address", "user_agent", "details"];

    /// <param name="through">The number of the newest row of the audit log that belongs to it.</param>
    public async Task WriteAsync(Stream to, string person, long through, CancellationToken cancel)
    {
        await using var body = new LateWrites(to);
        await using (var zip = await ZipArchive.CreateAsync(body, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancel))
        {
            var files = new List<FileOfCopy>();
            foreach (var section in PersonalDataStore.Sections)
            {
                var (columns, rows) = store.Read(section, person);
                // What is sealed is opened for its owner: the number for codes by message.
                await AddBothAsync(zip, files, section.Name, section.Meaning, columns, () => rows.Select(row => Array.ConvertAll(row, cell => cell is byte[] number ? phones.Open(person, number) : cell)), cancel);
            }

            await AddBothAsync(zip, files, "audit", "What you did here and what was done to your account, as the audit log has it; " + Unknown + ".", AuditColumns, () => AuditRows(person, through), cancel);
            var manifest = JsonSerializer.Serialize(new Manifest(address.Host, clock.GetUtcNow(), person, files), ManifestJson);
            await AddAsync(zip, "manifest.json", [manifest, "\n"], cancel);
        }

        await body.FlushAsync(cancel);
    }

    private IEnumerable<object?[]> AuditRows(string person, long through)
    {
        for (long after = 0; ;)
        {
            var page = audit.NextOf(person, after, through, RowsPerRead);
            if (page.Count == 0)
            {
                yield break;
            }

            foreach (var row in page)
            {
                yield return AuditCells(row, person);
            }

            after = page[^1].Row.Seq;
        }
    }

    /// <summary>Of what somebody else did to this person's account only what was done is told: who they are, from where they came and what they wrote is about them.</summary>
    private static object?[] AuditCells(StoredAuditRow stored, string person)
    {
        var row = stored.Row;
        var isOwn = row.ActorKind == "person" && row.ActorId == person;
        var isAboutOther = row.TargetKind == "person" && row.TargetId != person;
        return
        [
            row.Seq,
            AuditExport.Time(stored),
            isOwn ? "you" : row.ActorKind == "person" ? "somebody else" : row.ActorKind,
            row.Action,
            AuditActions.Find(row.Action)?.Meaning,
            row.WorkspaceId,
            row.TargetKind,
            isAboutOther ? null : row.TargetId,
            row.Outcome,
            isOwn ? row.Ip : null,
            isOwn ? row.UserAgent : null,
            isOwn ? DetailsOf(row.Details, person) : null,
        ];
    }

    /// <summary>Without the ids of other people, which two actions note.</summary>
    private static string DetailsOf(string details, string person)
    {
        using var document = JsonDocument.Parse(details);
        return document.RootElement.ValueKind != JsonValueKind.Object ? details : JsonSerializer.Serialize(
            document.RootElement.EnumerateObject()
                .Where(detail => detail.Name is not ("person" or "actor" or "owner") || detail.Value.ValueKind != JsonValueKind.String || detail.Value.GetString() == person)
                .ToDictionary(detail => detail.Name, detail => detail.Value),
            Json);
    }

    private static async Task AddBothAsync(
        ZipArchive zip, List<FileOfCopy> files, string name, string meaning, IReadOnlyList<string> columns, Func<IEnumerable<object?[]>> rows, CancellationToken cancel)
    {
        long count = 0;
        IEnumerable<string> JsonText()
        {
            yield return "[";
            foreach (var row in rows())
            {
                yield return (count++ == 0 ? "\n" : ",\n") + JsonSerializer.Serialize(columns.Zip(row).ToDictionary(cell => cell.First, cell => cell.Second), Json);
            }

            yield return "\n]\n";
        }

        IEnumerable<string> CsvText() => rows().Select(row => row.Select(cell => Convert.ToString(cell, CultureInfo.InvariantCulture) ?? "")).Prepend(columns).Select(AuditExport.Line);

        foreach (var (ending, text) in new[] { ("json", JsonText()), ("csv", CsvText()) })
        {
            var (bytes, sha256) = await AddAsync(zip, $"{name}.{ending}", text, cancel);
            files.Add(new FileOfCopy($"{name}.{ending}", meaning, count, bytes, sha256));
        }
    }

    private static async Task<(long Bytes, string Sha256)> AddAsync(ZipArchive zip, string name, IEnumerable<string> text, CancellationToken cancel)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long length = 0;
        await using var entry = await zip.CreateEntry(name, CompressionLevel.Fastest).OpenAsync(cancel);
        foreach (var piece in text)
        {
            var bytes = Encoding.UTF8.GetBytes(piece);
            hash.AppendData(bytes);
            length += bytes.Length;
            await entry.WriteAsync(bytes, cancel);
        }

        return (length, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    internal sealed record Manifest(string Server, DateTimeOffset MadeAt, string Person, IReadOnlyList<FileOfCopy> Files);

    internal sealed record FileOfCopy(string Name, string Meaning, long Rows, long Bytes, string Sha256);
}
