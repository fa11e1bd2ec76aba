using System.Diagnostics;

namespace WorkspaceServer.Vault.Sandbox;

/// <summary>The server's side of one worker process. One caller at a time.</summary>
public sealed class SandboxProcess : IDisposable
{
    private readonly Process process;
    private readonly Stream input;
    private readonly Stream output;
    private readonly FrameWriter writer = new();
    private readonly List<SandboxHandle> open = [];
    private byte[] buffer = new byte[16 << 10];

    private SandboxProcess(Process process)
    {
        this.process = process;
        input = process.StandardInput.BaseStream;

        // A frame's length and the rest of it then come in one call. The worker reads without a buffer, since what it gets holds keys.
        output = new BufferedStream(process.StandardOutput.BaseStream, 16 << 10);
    }

    /// <summary>The process id.</summary>
    public int Id => process.Id;

    /// <summary>Starts a worker.</summary>
    /// <param name="library">The SQLCipher library, or null for the one beside the worker.</param>
    /// <exception cref="VaultException">The worker's program is missing or cannot run.</exception>
    public static SandboxProcess Start(string workerPath, string? library)
    {
        var start = new ProcessStartInfo(workerPath)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
            WorkingDirectory = "/",
        };
        start.Environment.Clear();

        // 2 MiB, in hexadecimal: the default follows the processor cache and lets each worker keep some 18 MiB of garbage.
        start.Environment["DOTNET_GCgen0size"] = "200000";
        if (library is not null)
        {
            start.ArgumentList.Add(library);
        }

        try
        {
            return new SandboxProcess(Process.Start(start)!);
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw new VaultException(VaultError.Library, $"The sandbox worker {workerPath} cannot be started: {error.Message}", error);
        }
    }

    /// <summary>True if the file is open here under this policy.</summary>
    public bool Has(SandboxHandle handle) => open.Exists(each => each.Id == handle.Id);

    /// <summary>Sends one statement and waits for its answer on this thread; the file is opened first if it is not open here.</summary>
    /// <exception cref="IOException">The worker died.</exception>
    public SandboxReply Query(SandboxHandle handle, SandboxRequest request, TimeSpan timeLeft)
    {
        try
        {
            Prepare(handle);
            writer.Frame(w => SandboxFrames.WriteQuery(w, handle.Id, request, timeLeft));
            input.Write(writer.Written);
            input.Flush();
        }
        finally
        {
            writer.Clear();
        }

        var length = FrameReader.ReadFrame(output, ref buffer);
        if (length < 0)
        {
            throw new EndOfStreamException("The sandbox worker ended.");
        }

        var reply = SandboxFrames.ReadReply(buffer.AsSpan(0, length)) with { Worker = process.Id };
        if (reply.Outcome is SandboxOutcome.StalePolicy or SandboxOutcome.Corrupt or SandboxOutcome.TooExpensive or SandboxOutcome.Crashed)
        {
            open.RemoveAll(each => each.Id == handle.Id);
        }

        return reply;
    }

    /// <summary>Closes the workspace's files here before the next statement.</summary>
    public void Forget(WorkspaceId workspace)
    {
        foreach (var handle in open.FindAll(each => each.Workspace == workspace))
        {
            Close(handle);
        }
    }

    /// <summary>Time that the worker has spent on a processor since it started.</summary>
    public TimeSpan ProcessorTime => ProcessLimits.ProcessorTime(process.Id);

    /// <summary>Gives the worker only what others leave of the processor; it can never climb back.</summary>
    public void Demote() => ProcessLimits.Demote(process.Id);

    /// <summary>Ends the worker at once, whatever it is doing; a caller that waits for its answer gets an exception.</summary>
    public void Kill()
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended already.
        }
    }

    public void Dispose()
    {
        Kill();
        process.Dispose();
    }

    /// <summary>Brings the handle to the front, opening it and closing the one that was not used for longest.</summary>
    private void Prepare(SandboxHandle handle)
    {
        if (open.RemoveAll(each => each.Id == handle.Id) == 0)
        {
            using var key = handle.Key();
            writer.Frame(w => SandboxFrames.WriteOpen(w, handle, key.Span));
            if (open.Count == SandboxLimits.MaxHandlesPerWorker)
            {
                Close(open[^1]);
            }
        }

        open.Insert(0, handle);
    }

    private void Close(SandboxHandle handle)
    {
        writer.Frame(w => SandboxFrames.WriteClose(w, handle.Id));
        open.Remove(handle);
    }
}
