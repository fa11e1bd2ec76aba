namespace WorkspaceServer.Agent.Sources.Files;

/// <summary>A file that is open for reading and that others may go on writing: whoever read it asks at the end whether they did.</summary>
internal sealed class WatchedFile : IDisposable
{
    private const int BufferBytes = 64 * 1024;

    private readonly (long Bytes, DateTime WrittenAt) before;

    /// <exception cref="SourceException">The file is missing or closed to us.</exception>
    public WatchedFile(string path)
    {
        Path = path;
        try
        {
            // Spreadsheet programs keep their files open; they must still be able to save and replace them.
            Stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, BufferBytes, FileOptions.SequentialScan);
            before = Stamp();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SourceException($"{path} cannot be read: {error.Message}", error);
        }
    }

    public string Path { get; }

    public FileStream Stream { get; }

    /// <exception cref="SourceException">What was read may be half old and half new.</exception>
    public void ThrowIfChanged()
    {
        if (Stamp() != before)
        {
            throw new SourceException($"{Path} was changed while it was read. It is read again at the next sync.");
        }
    }

    public void Dispose() => Stream.Dispose();

    private (long Bytes, DateTime WrittenAt) Stamp() => (Stream.Length, File.GetLastWriteTimeUtc(Stream.SafeFileHandle));
}
