using System.Security.Cryptography;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Vault.Sandbox;

namespace WorkspaceServer.Sandbox;

/// <summary>The worker's whole life: reads messages, runs one statement at a time, ends when the server closes the pipe.</summary>
internal sealed class SandboxWorker : IDisposable
{
    private readonly Stream input;
    private readonly Stream output;
    private readonly Dictionary<long, SandboxDatabase> open = [];
    private readonly Dictionary<long, SandboxReply> failed = [];
    private readonly FrameWriter writer = new();
    private byte[] buffer = new byte[4096];
    private long statements;

    /// <param name="library">The SQLCipher library, or null for the one beside this program.</param>
    public SandboxWorker(Stream input, Stream output, string? library)
    {
        this.input = input;
        this.output = output;
        SqlCipher.UseLibrary(library, typeof(SandboxWorker).Assembly);

        // One thread asks here, so nothing has to be locked; the locks took a tenth of a short statement's time.
        _ = NativeSqlite.ConfigureLibrary(NativeSqlite.SingleThread);
        _ = NativeSqlite.Initialize();
        _ = NativeSqlite.SetSoftHeapLimit(SandboxLimits.CacheMemoryBytes);
    }

    /// <summary>Returns when the server has gone.</summary>
    public void Run()
    {
        while (FrameReader.ReadFrame(input, ref buffer) is var length and >= 0)
        {
            var reader = new FrameReader(buffer.AsSpan(0, length));
            switch (reader.Byte())
            {
                case SandboxFrames.Open:
                    Open(ref reader);
                    CryptographicOperations.ZeroMemory(buffer.AsSpan(0, length));
                    break;
                case SandboxFrames.Close:
                    Close(reader.Long());
                    break;
                default:
                    Answer(Query(ref reader) with { Number = ++statements });
                    break;
            }
        }
    }

    public void Dispose()
    {
        foreach (var database in open.Values)
        {
            database.Dispose();
        }
    }

    private void Open(ref FrameReader reader)
    {
        var handle = reader.Long();
        var path = reader.Text();
        var key = reader.Bytes();
        Close(handle);
        try
        {
            open[handle] = SandboxDatabase.Open(path, key, SandboxFrames.ReadPolicy(ref reader));
        }
        catch (SandboxException error)
        {
            // A table of the policy that is gone, say: the server looks at the catalog again before it believes the rest.
            var outcome = error.Outcome == SandboxOutcome.Corrupt ? SandboxOutcome.Corrupt : SandboxOutcome.StalePolicy;
            failed[handle] = SandboxReply.Failed(outcome, error.Message);
        }
    }

    private void Close(long handle)
    {
        failed.Remove(handle);
        if (open.Remove(handle, out var database))
        {
            database.Dispose();
        }
    }

    private SandboxReply Query(ref FrameReader reader)
    {
        var handle = reader.Long();
        var (request, timeLeft) = SandboxFrames.ReadQuery(ref reader);
        if (!open.TryGetValue(handle, out var database))
        {
            return failed.TryGetValue(handle, out var failure) ? failure : SandboxReply.Failed(SandboxOutcome.Crashed, "The file is not open.");
        }

        var reply = database.Query(request, timeLeft, out var isUsable);
        if (!isUsable)
        {
            Close(handle);
            failed[handle] = SandboxReply.Failed(SandboxOutcome.Crashed, "The file is not open.");
        }

        return reply;
    }

    private void Answer(SandboxReply reply)
    {
        writer.Clear();
        writer.Frame(w => SandboxFrames.WriteReply(w, reply));
        output.Write(writer.Written);
        output.Flush();
    }
}
