using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace WorkspaceServer.Hosting.Limits;

/// <summary>What a counter says of one request.</summary>
/// <param name="Remaining">Requests that are left now.</param>
/// <param name="Wait">Until a next request is allowed, if this one was not; else until some of the used ones come back.</param>
internal readonly record struct RateVerdict(bool IsAllowed, int Remaining, TimeSpan Wait);

/// <summary>How often one key came lately. The window is cut into ten parts, of which eleven are counted.</summary>
/// <remarks>
/// The eleventh makes the promise hold for every window, wherever it starts: none ever has more than the limit. The price is that a
/// request counts for up to a tenth of the window longer. A plain window would let twice the limit through at its border, and so
/// would a token bucket; the limiters of System.Threading.RateLimiting can be neither stored nor bounded in number.
/// </remarks>
internal struct SlidingCount
{
    public const int Parts = 10;

    /// <summary>Bytes of a stored counter: eleven counts of four bytes.</summary>
    public const int StoredBytes = Kept * sizeof(int);

    private const int Kept = Parts + 1;

    private Counts counts;
    private long newest;

    /// <summary>Number of the part in which the key came last, counted from 1970.</summary>
    public readonly long Newest => newest;

    public static SlidingCount Restore(long newest, ReadOnlySpan<byte> stored)
    {
        var count = new SlidingCount { newest = newest };
        for (var i = 0; i < Kept; i++)
        {
            count.counts[i] = BinaryPrimitives.ReadInt32LittleEndian(stored[(i * sizeof(int))..]);
        }

        return count;
    }

    public readonly byte[] Store()
    {
        var stored = new byte[StoredBytes];
        for (var i = 0; i < Kept; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(stored.AsSpan(i * sizeof(int)), counts[i]);
        }

        return stored;
    }

    /// <summary>Counts one request if the limit allows it; what is refused is not counted.</summary>
    /// <param name="now">Ticks since 1970.</param>
    /// <param name="part">Ticks of one part.</param>
    public RateVerdict Take(int limit, long now, long part)
    {
        MoveTo(now / part);
        var used = Sum();
        if (used < limit)
        {
            counts[Slot(newest)]++;
            return new RateVerdict(true, limit - used - 1, WaitFor(1, now, part));
        }

        return new RateVerdict(false, 0, WaitFor(used - limit + 1, now, part));
    }

    /// <summary>What <see cref="Take"/> would say, without counting.</summary>
    public readonly RateVerdict Look(int limit, long now, long part)
    {
        var copy = this;
        return copy.Take(limit, now, part);
    }

    /// <summary>Nothing of it counts any more.</summary>
    public readonly bool IsOver(long now, long part) => Math.Abs((now / part) - newest) > Parts;

    private static int Slot(long number) => (int)(((number % Kept) + Kept) % Kept);

    private void MoveTo(long number)
    {
        if (Math.Abs(number - newest) > Parts)
        {
            // Long ago, or of a future that a clock set back has taken away.
            counts = default;
            newest = number;
            return;
        }

        while (newest < number)
        {
            counts[Slot(++newest)] = 0;
        }
    }

    private readonly int Sum()
    {
        var sum = 0;
        foreach (var count in counts)
        {
            sum += count;
        }

        return sum;
    }

    /// <summary>Until this many of the counted requests are forgotten.</summary>
    private readonly TimeSpan WaitFor(int requests, long now, long part)
    {
        var oldest = newest - Parts;
        while (oldest < newest && (requests -= counts[Slot(oldest)]) > 0)
        {
            oldest++;
        }

        return TimeSpan.FromTicks(((oldest + Kept) * part) - now);
    }

    [InlineArray(Kept)]
    private struct Counts
    {
        private int first;
    }
}
