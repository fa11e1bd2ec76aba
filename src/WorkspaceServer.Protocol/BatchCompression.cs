using ZstdSharp;

namespace WorkspaceServer.Protocol;

/// <summary>zstd (RFC 8878), in memory and bounded.</summary>
public static class BatchCompression
{
    /// <summary>Fast, and still a third to a tenth of the size for tables.</summary>
    private const int Level = 1;

    public static byte[] Compress(ReadOnlySpan<byte> batch)
    {
        using var compressor = new Compressor(Level);
        return compressor.Wrap(batch).ToArray();
    }

    /// <param name="compressed">One frame that says how long it will be; a longer one than a batch may be is not even begun.</param>
    /// <exception cref="BatchException">It is none, or too long.</exception>
    public static byte[] Decompress(ReadOnlySpan<byte> compressed)
    {
        try
        {
            var length = Decompressor.GetDecompressedSize(compressed);
            if (length is 0 or > SyncLimits.MaxBatchBytes)
            {
                throw new BatchException($"A batch is a zstd frame that says its length: 1 to {SyncLimits.MaxBatchBytes} bytes before compression.");
            }

            using var decompressor = new Decompressor();
            var batch = new byte[(int)length];
            return decompressor.TryUnwrap(compressed, batch, out var written) && written == batch.Length ? batch : throw new BatchException("The batch is no zstd frame that says its length.");
        }
        catch (ZstdException error)
        {
            throw new BatchException($"The batch is no zstd frame: {error.Message}");
        }
    }
}
