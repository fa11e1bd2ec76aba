using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Vault.Sandbox;

namespace WorkspaceServer.Workspaces.Workers;

/// <summary>One line of a trail: a statement as the sandbox saw it, or the beginning or end of a program that writes to the trail.</summary>
/// <param name="At">Milliseconds since 1970, UTC.</param>
/// <param name="Run">Which program wrote the line: its process id and when it began.</param>
/// <param name="Event">"started", "statement" or "stopped".</param>
/// <param name="Request">Id of the request that it ran for, if it ran for one.</param>
/// <param name="Worker">Process id of the worker; 0 if none answered.</param>
/// <param name="Number">The worker's own count of its statements.</param>
/// <param name="Sql">The first 8 bytes of the statement's SHA-256, in hexadecimal.</param>
/// <param name="Touched">What the worker's authorizer let the statement read: "table.column" and "table".</param>
internal sealed record TrailLine(
    long At, string Run, string Event, string? Request = null, int Worker = 0, long Number = 0, string? Sql = null, IReadOnlyList<string>? Touched = null, int Rows = 0, string? Outcome = null, long Microseconds = 0);

/// <summary>The second trail: what the sandbox ran on each workspace's file, written by the pool of workers and by nobody else.</summary>
/// <remarks>
/// It knows nothing of the audit log, so that a statement which escaped that one is here. No values: digests, names, counts, times. Lines are
/// written once a second without waiting for the disk, so a program that is killed loses its last second; then its "stopped" is missing too.
/// </remarks>
internal sealed class StatementTrail : IDisposable
{
    /// <summary>A file that has grown beyond this is put aside, in bytes.</summary>
    public const int MaxFileBytes = 8 << 20;

    /// <summary>Files put aside that are kept; so a workspace's trail has at most 64 MiB.</summary>
    public const int MaxOldFiles = 7;

    public static readonly TimeSpan FlushEvery = TimeSpan.FromSeconds(1);

    /// <summary>Lines that wait for the next flush of one workspace, in characters; then they are written at once.</summary>
    private const int MaxPendingCharacters = 1 << 18;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>How long the end of the program waits for another one that is writing to the same file.</summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(1);

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingDefault,
    };

    private readonly DataFolder folder;
    private readonly TimeProvider clock;
    private readonly string run;
    private readonly Dictionary<WorkspaceId, StringBuilder> pending = [];
    private readonly Lock gate = new();
    private readonly ITimer timer;
    private bool disposed;

    public StatementTrail(DataFolder folder, TimeProvider clock)
    {
        this.folder = folder;
        this.clock = clock;
        run = $"{Environment.ProcessId}-{clock.GetUtcNow().ToUnixTimeMilliseconds()}";
        timer = clock.CreateTimer(_ => Flush(), null, FlushEvery, FlushEvery);
    }

    /// <summary>Notes one statement. What is noted is on its way to the file before the statement is answered, and there within a second.</summary>
    public void Add(WorkspaceId workspace, string? requestId, SandboxRequest request, SandboxReply reply, TimeSpan elapsed)
    {
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(request.Sql)).AsSpan(0, 8));
        var line = new TrailLine(
            Now, run, "statement", requestId, reply.Worker, reply.Number, digest, reply.Touched, reply.Rows.Count, reply.Outcome.ToString(), (long)elapsed.TotalMicroseconds);
        lock (gate)
        {
            var lines = PendingOf(workspace);
            Append(lines, line);
            if (lines.Length > MaxPendingCharacters)
            {
                TryWrite(workspace, lines);
            }
        }
    }

    /// <summary>Lets the trail of a workspace whose earlier one is gone begin now: a restore brings databases back, not trails.</summary>
    public void Begin(WorkspaceId workspace)
    {
        lock (gate)
        {
            PendingOf(workspace);
        }
    }

    /// <summary>Writes what waits. What cannot be written now, because another program is writing, waits on.</summary>
    public void Flush()
    {
        lock (gate)
        {
            foreach (var (workspace, lines) in pending)
            {
                TryWrite(workspace, lines);
            }
        }
    }

    public void Dispose()
    {
        timer.Dispose();
        lock (gate)
        {
            if (disposed)
            {
                return;
            }

            disposed = true;
            foreach (var (workspace, lines) in pending)
            {
                Append(lines, new TrailLine(Now, run, "stopped"));
                SpinWait.SpinUntil(() => TryWrite(workspace, lines), MaxWait);
            }
        }
    }

    /// <summary>All lines of a workspace's trail, oldest first. A line that a crash cut in two is left out.</summary>
    public static IEnumerable<TrailLine> Read(DataFolder folder, WorkspaceId workspace)
    {
        var path = folder.StatementTrailOf(workspace);
        foreach (var file in Enumerable.Range(1, MaxOldFiles).Reverse().Select(number => OldFile(path, number)).Append(path).Where(File.Exists))
        {
            foreach (var text in File.ReadLines(file))
            {
                if (TryRead(text) is { } line)
                {
                    yield return line;
                }
            }
        }
    }

    private StringBuilder PendingOf(WorkspaceId workspace)
    {
        if (!pending.TryGetValue(workspace, out var lines))
        {
            pending.Add(workspace, lines = new StringBuilder());
            Append(lines, new TrailLine(Now, run, "started"));

            // At once: a program that is killed in its first second was there.
            TryWrite(workspace, lines);
        }

        return lines;
    }

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    private static void Append(StringBuilder lines, TrailLine line) => lines.Append(JsonSerializer.Serialize(line, Json)).Append('\n');

    private static TrailLine? TryRead(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<TrailLine>(text, Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <returns>False if another program is writing.</returns>
    private bool TryWrite(WorkspaceId workspace, StringBuilder lines)
    {
        if (lines.Length == 0 || !Directory.Exists(folder.FolderOf(workspace)))
        {
            lines.Clear();
            return true;
        }

        var path = folder.StatementTrailOf(workspace);
        try
        {
            using (var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.None, UnixCreateMode = OwnerOnly }))
            {
                file.Write(Encoding.UTF8.GetBytes(lines.ToString()));
            }

            lines.Clear();
            PutAside(path);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static void PutAside(string path)
    {
        if (new FileInfo(path).Length <= MaxFileBytes)
        {
            return;
        }

        for (var number = MaxOldFiles; number > 1; number--)
        {
            if (File.Exists(OldFile(path, number - 1)))
            {
                File.Move(OldFile(path, number - 1), OldFile(path, number), overwrite: true);
            }
        }

        File.Move(path, OldFile(path, 1), overwrite: true);
    }

    private static string OldFile(string path, int number) => Path.ChangeExtension(path, $"{number}.log");
}
