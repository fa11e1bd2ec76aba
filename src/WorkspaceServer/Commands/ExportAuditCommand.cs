using System.CommandLine;
using System.Globalization;
using System.Text;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>audit export: writes rows to a file for another program; the file is there only once the export is recorded.</summary>
internal static class ExportAuditCommand
{
    public static Command Build()
    {
        var command = Verb.Create(
            "export", "Write rows of the audit log to a new file (mode 0600), oldest first.", "audit export --out audit.csv --since 2026-10-01", Recording.As(AuditActions.AuditExported));
        var filter = AuditFilterOptions.AddTo(command);
        var file = new Option<string>("--out") { Description = "The new file.", HelpName = "FILE", Required = true };
        var format = new Option<string>("--format") { Description = "csv, or jsonl: one JSON document a line.", HelpName = "FORMAT", DefaultValueFactory = _ => AuditExport.Csv };
        format.AcceptOnlyFromAmong(AuditExport.Csv, AuditExport.JsonLines);
        command.Add(file);
        command.Add(format);
        return command.Runs(async (context, cancel) =>
        {
            var path = Path.GetFullPath(context.Arguments.GetValue(file)!);
            var kind = context.Arguments.GetValue(format)!;
            if (File.Exists(path))
            {
                throw new ProblemException(ProblemCodes.AlreadyExists, $"{path} exists. Name a new file.");
            }

            var rows = await WriteAsync(context, filter.Read(context), kind, path, cancel);
            context.Output.Result(new { File = path, Format = kind, Rows = rows }, output => output.Line(string.Create(CultureInfo.InvariantCulture, $"{rows:N0} rows written to {path}.")));
            return ExitCodes.Ok;
        });
    }

    private static async Task<long> WriteAsync(CommandContext context, AuditFilter filter, string format, string path, CancellationToken cancel)
    {
        var unfinished = path + ".unfinished";
        try
        {
            long rows;
            await using (var stream = new FileStream(unfinished, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
            await using (var text = new StreamWriter(stream, new UTF8Encoding(false)))
            {
                var store = context.Get<AuditStore>();
                var total = Math.Max(1, store.Count());
                rows = await context.Output.ProgressAsync("Exporting", report => AuditExport.WriteAsync(
                    store, filter, format, text, done => report((double)done / total, "Exporting"), cancel));
            }

            await context.Get<AuditLog>().RecordAsync(new AuditEntry(AuditActions.AuditExported)
            {
                Details = [("rows", rows), ("format", format), ("actor", filter.ActorId), ("workspace", filter.WorkspaceId), ("action", filter.Action), ("since_ms", filter.Since), ("until_ms", filter.Until)],
            });
            File.Move(unfinished, path);
            return rows;
        }
        finally
        {
            File.Delete(unfinished);
        }
    }
}
