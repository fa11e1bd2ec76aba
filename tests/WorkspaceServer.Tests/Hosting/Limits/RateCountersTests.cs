using System.Net;
using WorkspaceServer.Hosting;
using WorkspaceServer.Hosting.Limits;
using WorkspaceServer.Tests.Sandbox;
using Xunit;

namespace WorkspaceServer.Tests.Hosting.Limits;

[Collection(AloneCollection.Name)]
public sealed class RateCountersTests
{
    private static readonly RateClass Kind = new("test", 5, TimeSpan.FromMinutes(1), RateKey.Address, IsKept: true);

    [Theory]
    [Trait("claim", "A74")]
    [InlineData("192.0.2.1", "192.0.2.1", true)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:0:0:0:1%5", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("::1", "127.0.0.1", false)]
    [InlineData("::", "0.0.0.0", false)]
    public void AnAddressIsOneKey_OfIPv6ItsNetwork(string one, string other, bool isSame) =>
        Assert.Equal(isSame, RateKeys.Of(IPAddress.Parse(one)) == RateKeys.Of(IPAddress.Parse(other)));

    [Fact]
    [Trait("claim", "A74")]
    public void AMillionAddressesTakeNoMoreRoomThanSixtyThousand_AndNobodyCountedBeforeGetsNewTries()
    {
        var counters = new RateCounters(Kind, 5);
        var victim = RateKeys.Of("victim");
        Enumerable.Range(0, 5).ToList().ForEach(_ => Assert.True(counters.Take(victim, 0).IsAllowed));
        var before = GC.GetTotalMemory(forceFullCollection: true);

        for (var i = 0; i < 1_000_000; i++)
        {
            counters.Take((UInt128)i << 64, i);
        }

        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.InRange(counters.Count, RateCounters.MaxKeys / 2, RateCounters.MaxKeys);
        Assert.InRange(grown, 0, 24L << 20);
        Assert.False(counters.Take(victim, 1_000_000).IsAllowed);

        // A window later there is room again, for those of the attack are over.
        Assert.True(counters.Take((UInt128)2_000_000 << 64, Kind.Window.Ticks * 2).IsAllowed);
        Assert.InRange(counters.Count, 1, RateCounters.MaxKeys);
    }

    [Fact]
    public void NewcomersWithoutRoomOfTheirOwnAreLimitedToo()
    {
        var counters = new RateCounters(Kind, 5);
        for (var i = 0; i < 200_000; i++)
        {
            counters.Take((UInt128)i << 64, 0);
        }

        var late = Enumerable.Range(0, 6).Select(_ => counters.Take((UInt128)999_999 << 64, 0).IsAllowed).ToArray();

        Assert.False(late[^1]);
    }

    [Fact]
    public void ManyAtTheSameTimeGetNoMoreThanTheLimit()
    {
        var counters = new RateCounters(Kind, 100);
        var allowed = 0;

        Parallel.For(0, 10_000, _ => Interlocked.Add(ref allowed, counters.Take(UInt128.One, 0).IsAllowed ? 1 : 0));

        Assert.Equal(100, allowed);
    }

    [Fact]
    public void OneRequestCostsAboutAMicrosecond()
    {
        var counters = new RateCounters(Kind, int.MaxValue);
        for (var i = 0; i < 20_000; i++)
        {
            counters.Take((UInt128)(i % 1_000) << 64, i);
        }

        var started = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < 200_000; i++)
        {
            counters.Take((UInt128)(i % 1_000) << 64, i);
        }

        // The bound leaves room for a busy machine.
        Assert.InRange(TimeProvider.System.GetElapsedTime(started).TotalMicroseconds / 200_000, 0, 5);
    }
}
