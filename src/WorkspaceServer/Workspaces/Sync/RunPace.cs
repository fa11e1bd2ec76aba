namespace WorkspaceServer.Workspaces.Sync;

/// <summary>How an open run goes, and what follows from that.</summary>
/// <param name="Expected">Rows and deletes of the whole run, as its agent says.</param>
/// <param name="RowsIn">That came.</param>
/// <param name="RowsBefore">That had come when it was last begun or resumed.</param>
/// <param name="TouchedAt">When the last batch came.</param>
internal sealed record RunPace(long? Expected, long RowsIn, long RowsBefore, DateTimeOffset BegunAt, DateTimeOffset TouchedAt)
{
    /// <summary>If nothing came for this long, nothing is said about the time that is left.</summary>
    public static readonly TimeSpan MaxPause = TimeSpan.FromMinutes(2);

    /// <summary>More than this is not foretold.</summary>
    public static readonly TimeSpan MaxLeft = TimeSpan.FromHours(48);

    /// <param name="lastTime">Rows of the table now, if the run brings all of them anew; else null.</param>
    /// <returns>Null if there is nothing to go by, or it has proved wrong.</returns>
    public RunOutlook? OutlookAt(DateTimeOffset now, long? lastTime) => (Expected ?? lastTime) is { } rows and > 0 && RowsIn <= rows
        ? new RunOutlook(rows, Expected is not null, LeftOf(rows, now) is { } left ? (long)Math.Ceiling(left.TotalSeconds) : null)
        : null;

    private TimeSpan? LeftOf(long rows, DateTimeOffset now)
    {
        var (came, took) = (RowsIn - RowsBefore, TouchedAt - BegunAt);
        if (came <= 0 || took <= TimeSpan.Zero || RowsIn == rows || now - TouchedAt > MaxPause)
        {
            return null;
        }

        var left = took.TotalSeconds * (rows - RowsIn) / came;
        return left <= MaxLeft.TotalSeconds ? TimeSpan.FromSeconds(left) : null;
    }
}
