using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace WorkspaceServer.Hosting.Limits;

/// <summary>One counter as it is stored.</summary>
/// <param name="Over">When nothing of it counts any more, in seconds since 1970.</param>
internal sealed record StoredCount(string Class, UInt128 Key, long Newest, byte[] Counts, long Over);

/// <summary>The counters of one class, one per key. Their number is bounded, whoever comes from however many addresses.</summary>
/// <remarks>
/// When there is room for no more, those that are over go; if that does not help, newcomers share a few counters by chance, and
/// nobody who is counted already gains or loses anything.
/// </remarks>
internal sealed class RateCounters(RateClass rateClass, int limit)
{
    /// <summary>Keys with a counter of their own: at about 100 bytes each, 6 MiB a class at most.</summary>
    public const int MaxKeys = 1 << 16;

    /// <summary>Counters that newcomers share when there is no room.</summary>
    public const int MaxShared = 1 << 10;

    private const int Shards = 16;

    private readonly Shard[] shards = [.. Enumerable.Range(0, Shards).Select(_ => new Shard())];
    private readonly SlidingCount[] shared = new SlidingCount[MaxShared];

    // So that nobody can choose with whom they share.
    private readonly ulong salt = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
    private readonly long part = rateClass.Window.Ticks / SlidingCount.Parts;

    public RateClass Class => rateClass;

    public int Limit => limit;

    /// <summary>Keys that have a counter of their own now.</summary>
    public int Count => shards.Sum(shard => shard.Counts.Count);

    /// <param name="now">Ticks since 1970.</param>
    public RateVerdict Take(UInt128 key, long now)
    {
        var hash = Hash(key);
        var shard = shards[hash % Shards];
        lock (shard.Gate)
        {
            if (shard.Counts.Count >= MaxKeys / Shards && !shard.Counts.ContainsKey(key) && !shard.TryMakeRoom(now, part))
            {
                var slot = hash / Shards % (MaxShared / Shards);
                return shared[((hash % Shards) * (MaxShared / Shards)) + slot].Take(limit, now, part);
            }

            ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(shard.Counts, key, out _);
            var verdict = count.Take(limit, now, part);
            if (verdict.IsAllowed && rateClass.IsKept)
            {
                shard.Changed.Add(key);
            }

            return verdict;
        }
    }

    /// <summary>What <see cref="Take"/> would say, without counting.</summary>
    public RateVerdict Look(UInt128 key, long now)
    {
        var shard = shards[Hash(key) % Shards];
        lock (shard.Gate)
        {
            return shard.Counts.TryGetValue(key, out var count) ? count.Look(limit, now, part) : new RateVerdict(true, limit, TimeSpan.Zero);
        }
    }

    /// <summary>What changed since this was asked last.</summary>
    public IReadOnlyList<StoredCount> TakeChanges()
    {
        var changes = new List<StoredCount>();
        foreach (var shard in shards)
        {
            lock (shard.Gate)
            {
                changes.AddRange(shard.Changed.Where(shard.Counts.ContainsKey).Select(key => Stored(key, shard.Counts[key])));
                shard.Changed.Clear();
            }
        }

        return changes;
    }

    public void Restore(StoredCount stored)
    {
        var shard = shards[Hash(stored.Key) % Shards];
        lock (shard.Gate)
        {
            if (shard.Counts.Count < MaxKeys / Shards && stored.Counts.Length == SlidingCount.StoredBytes)
            {
                shard.Counts[stored.Key] = SlidingCount.Restore(stored.Newest, stored.Counts);
            }
        }
    }

    private StoredCount Stored(UInt128 key, SlidingCount count) => new(
        rateClass.Name, key, count.Newest, count.Store(), (count.Newest + SlidingCount.Parts + 1) * part / TimeSpan.TicksPerSecond);

    // The finalizer of MurmurHash3, over both halves and the salt.
    private uint Hash(UInt128 key)
    {
        var hash = unchecked((ulong)key ^ BitOperations.RotateLeft((ulong)(key >> 64), 29) ^ salt);
        hash = unchecked((hash ^ (hash >> 33)) * 0xff51afd7ed558ccd);
        hash = unchecked((hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53);
        return unchecked((uint)(hash >> 32));
    }

    private sealed class Shard
    {
        private long sweptIn;

        public Lock Gate { get; } = new();

        public Dictionary<UInt128, SlidingCount> Counts { get; } = [];

        public HashSet<UInt128> Changed { get; } = [];

        /// <summary>Looking at all of them is dear, so it is done once in a part of the window.</summary>
        public bool TryMakeRoom(long now, long part)
        {
            if (sweptIn == now / part)
            {
                return false;
            }

            sweptIn = now / part;
            var before = Counts.Count;
            foreach (var (key, _) in Counts.Where(entry => entry.Value.IsOver(now, part)))
            {
                Counts.Remove(key);
            }

            return Counts.Count < before;
        }
    }
}
