namespace WorkspaceServer.Protocol;

/// <summary>Bounds that both sides know. What the server's operator may change is in <see cref="AgentAnswer.Limits"/>.</summary>
public static class SyncLimits
{
    /// <summary>Largest batch before compression, in bytes. Compressed it stays under <see cref="MaxBodyBytes"/> whatever is in it.</summary>
    public const int MaxBatchBytes = 4_000_000;

    /// <summary>Largest body of a batch, in bytes: 4 MiB.</summary>
    public const int MaxBodyBytes = 4 << 20;

    /// <summary>Most rows of a batch.</summary>
    public const int MaxBatchRows = 50_000;

    /// <summary>Most batches of a run.</summary>
    public const int MaxBatches = 100_000;

    /// <summary>Most rows and deletes of a run.</summary>
    public const long MaxRunRows = (long)MaxBatches * MaxBatchRows;

    /// <summary>Longest text of a cell, in bytes of UTF-8.</summary>
    public const int MaxCellBytes = 1_000_000;

    /// <summary>Longest row as it is sent, in bytes.</summary>
    public const int MaxRowBytes = 2_000_000;

    /// <summary>Most columns of a table.</summary>
    public const int MaxColumns = 200;

    /// <summary>Most columns of a key.</summary>
    public const int MaxKeyColumns = 8;

    /// <summary>Most significant digits, and most places after the point, of a decimal. A number with more belongs into a text column.</summary>
    public const int MaxDecimalDigits = 15;

    /// <summary>Longest name of an agent, source, version or platform, in characters.</summary>
    public const int MaxNameLength = 100;

    /// <summary>How long an assertion is good, and how far the two clocks may be apart, in seconds.</summary>
    public const int MaxAssertionSeconds = 60;

    /// <summary>How long a token for the other addresses is good, in seconds.</summary>
    public const int MaxTokenSeconds = 15 * 60;
}
