using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Tables;

/// <summary>A CSV file to read, twice: one on the disk, or what somebody sent.</summary>
/// <param name="Name">The path, or the name that the sender gave.</param>
/// <param name="Bytes">Null for a file on the disk.</param>
internal sealed record CsvSource(string Name, byte[]? Bytes = null)
{
    private const int BufferBytes = 64 * 1024;

    /// <exception cref="ProblemException">The file is missing or may not be read.</exception>
    public Stream Open()
    {
        if (Bytes is not null)
        {
            return new MemoryStream(Bytes, writable: false);
        }

        try
        {
            return new FileStream(Name, FileMode.Open, FileAccess.Read, FileShare.Read, BufferBytes, FileOptions.SequentialScan);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ProblemException(ProblemCodes.NotFound, $"The file {Name} cannot be read: {error.Message}");
        }
    }
}
