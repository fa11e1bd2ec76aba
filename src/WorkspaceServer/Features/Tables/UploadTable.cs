using System.Security.Claims;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Http;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Tables.Pages;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Tables;

/// <summary>GET /w/{workspace}/upload shows the form for a CSV file; POST loads it, and so does POST /api/v1/workspaces/{workspace}/tables?name= with the file as body.</summary>
/// <remarks>The file stays in memory: what is in it never lies on the disk unencrypted.</remarks>
internal static class UploadTable
{
    /// <summary>Largest file, in bytes.</summary>
    public const int MaxBytes = 16 << 20;

    /// <summary>The other fields and the borders of the form, in bytes.</summary>
    private const int MaxFormBytes = 16 << 10;

    /// <summary>A file that is loaded within this time is not worth a page of its own.</summary>
    private static readonly TimeSpan Quick = TimeSpan.FromSeconds(2);

    /// <summary>Longest name of a file, in characters.</summary>
    private const int MaxFileNameLength = 200;

    private static readonly string[] Fields = ["name", "key", "delimiter", CrossSiteCheck.TokenField];

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(TableAddresses.Upload, (WorkspaceId workspace) => Page.Of<UploadPage>(new UploadModel(AccessPaths.PageOf(workspace), "", "", null)))
            .Guarded(Authority.Needs(Permissions.TablesImport.Name), RateClasses.Pages, InputCheck.Ids, Recording.Nothing("shows an empty form"));
        routes.MapPost(TableAddresses.Upload, HandleFormAsync)
            .TakesFile(MaxBytes + MaxFormBytes)
            .Guarded(Authority.Needs(Permissions.TablesImport.Name), RateClasses.Pages, InputCheck.By<CsvRows>(), Recording.As(AuditActions.TableImported));
        routes.MapPost(TableAddresses.ApiTables, HandleAsync)
            .WithMetadata(new BodyLimit(MaxBytes))
            .Guarded(Authority.Needs(Permissions.TablesImport.Name), RateClasses.Api, InputCheck.By<CsvRows>(), Recording.As(AuditActions.TableImported));
    }

    private static async Task<IResult> HandleFormAsync(WorkspaceId workspace, HttpContext context, IWorkspaceGateway gateway, UploadJobs jobs, TimeProvider clock, AuditLog audit)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        if (form.Any(field => field.Value.Count != 1 || !Fields.Contains(field.Key)) || form.Files.Any(file => file.Name != "file"))
        {
            throw new ProblemException(ProblemCodes.BadRequest, "The form has a field that it should not have, or one of them twice. Load the page again.");
        }

        var (name, key) = (form["name"].ToString().Trim(), form["key"].ToString().Trim());
        try
        {
            var file = form.Files is [{ Length: > 0 } only] ? only : throw new ProblemException(ProblemCodes.InvalidArgument, "Choose one CSV file.");
            var bytes = new byte[file.Length];
            await using (var stream = file.OpenReadStream())
            {
                await stream.ReadExactlyAsync(bytes, context.RequestAborted);
            }

            var (source, delimiter) = (new CsvSource(NameOf(file.FileName), bytes), form["delimiter"].ToString());
            var job = jobs.Begin(
                context.User.FindFirstValue(ClaimTypes.NameIdentifier)!, workspace, source.Name,
                (running, progress) => LoadAsync(workspace, source, name, key, delimiter, gateway, audit, progress, running.Stopped));
            await Task.WhenAny(job.Work, Task.Delay(Quick, clock, context.RequestAborted));
            return Page.SeeOther(job.Work.IsCompleted ? TableAddresses.Of(workspace, (await job.Work).Name) : FollowUpload.AddressOf(job));
        }
        catch (ProblemException problem) when (problem.Code.HttpStatus == StatusCodes.Status400BadRequest)
        {
            return Page.Of<UploadPage>(new UploadModel(AccessPaths.PageOf(workspace), name, key, problem.Message), StatusCodes.Status400BadRequest);
        }
    }

    private static async Task<IResult> HandleAsync(WorkspaceId workspace, string? name, string? key, HttpContext context, IWorkspaceGateway gateway, AuditLog audit)
    {
        if (context.Request.ContentType?.StartsWith("text/csv", StringComparison.OrdinalIgnoreCase) != true)
        {
            throw new ProblemException(ProblemCodes.UnsupportedMediaType, "Send the file as text/csv, and the table's name as ?name=.");
        }

        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var table = await LoadAsync(workspace, new CsvSource("upload.csv", body.ToArray()), name ?? "", key ?? "", "comma", gateway, audit, progress: null, context.RequestAborted);
        return Results.Json(new { table.Name, table.RowCount, table.Totals, table.LoadedAt }, statusCode: StatusCodes.Status201Created);
    }

    private static async Task<LoadedTable> LoadAsync(
        WorkspaceId workspace, CsvSource source, string name, string key, string? delimiter, IWorkspaceGateway gateway, AuditLog audit, IProgress<CsvProgress>? progress, CancellationToken cancel)
    {
        var options = new CsvImportOptions(name.Length > 0 ? name : null, key.Length > 0 ? key : null, delimiter switch { "semicolon" => ';', "tab" => '\t', "comma" => ',', _ => DelimiterOf(source.Bytes) });
        var (schema, table) = await CsvImport.RunAsync(gateway, workspace, source, options, progress, cancel);
        await audit.RecordAsync(new AuditEntry(AuditActions.TableImported)
        {
            Target = ("table", table.Name),
            Workspace = workspace,
            Details = [("file", source.Name), ("rows", table.RowCount), ("columns", schema.Columns.Count)],
        });
        return table;
    }

    /// <summary>What the first line has most of, outside of quotes.</summary>
    internal static char DelimiterOf(ReadOnlySpan<byte> file)
    {
        var (commas, semicolons, tabs, isQuoted) = (0, 0, 0, false);
        foreach (var each in file)
        {
            if (each == '"')
            {
                isQuoted = !isQuoted;
            }
            else if (!isQuoted && each is (byte)'\n' or (byte)'\r')
            {
                break;
            }
            else if (!isQuoted)
            {
                (commas, semicolons, tabs) = (commas + (each == ',' ? 1 : 0), semicolons + (each == ';' ? 1 : 0), tabs + (each == '\t' ? 1 : 0));
            }
        }

        return semicolons > commas && semicolons >= tabs ? ';' : tabs > commas ? '\t' : ',';
    }

    /// <summary>The last part of the name that a browser sent, which some send with its folders.</summary>
    private static string NameOf(string path)
    {
        var name = new string([.. path.Split('/', '\\')[^1].Where(c => !char.IsControl(c)).Take(MaxFileNameLength)]);
        return name.Length > 0 ? name : "upload.csv";
    }

    private sealed record BodyLimit(long? MaxRequestBodySize) : Microsoft.AspNetCore.Http.Metadata.IRequestSizeLimitMetadata;
}
