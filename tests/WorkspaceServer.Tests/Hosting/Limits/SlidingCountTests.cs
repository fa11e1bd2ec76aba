using CsCheck;
using WorkspaceServer.Hosting.Limits;
using Xunit;

namespace WorkspaceServer.Tests.Hosting.Limits;

public sealed class SlidingCountTests
{
    private const long Part = 100;
    private const long Window = SlidingCount.Parts * Part;

    [Fact]
    [Trait("claim", "A74")]
    public void NoWindowEverHasMoreThanTheLimit_WhereverItStarts() => Gen.Select(Gen.Int[1, 20], Gen.Long[0, Window / 4].Array[1, 200]).Sample((limit, gaps) =>
    {
        var count = new SlidingCount();
        var (now, taken) = (1_000_000L, new List<long>());
        foreach (var gap in gaps)
        {
            now += gap;
            if (count.Take(limit, now, Part).IsAllowed)
            {
                taken.Add(now);
            }
        }

        Assert.All(taken, start => Assert.InRange(taken.Count(time => time >= start && time < start + Window), 1, limit));
    });

    [Fact]
    [Trait("claim", "A74")]
    public void WhoWaitsAsLongAsToldIsLetIn_AndAMomentSoonerIsNot() => Gen.Select(Gen.Int[1, 20], Gen.Long[0, Window / 8].Array[20, 100]).Sample((limit, gaps) =>
    {
        var count = new SlidingCount();
        var now = 1_000_000L;
        foreach (var gap in gaps)
        {
            now += gap;
            var verdict = count.Take(limit, now, Part);
            if (!verdict.IsAllowed)
            {
                Assert.InRange(verdict.Wait.Ticks, 1, Window + Part);
                Assert.False(count.Look(limit, now + verdict.Wait.Ticks - 1, Part).IsAllowed);
                Assert.True(count.Look(limit, now + verdict.Wait.Ticks, Part).IsAllowed);
            }
        }
    });

    [Fact]
    public void WhatRemainsCountsDownToNothing()
    {
        var count = new SlidingCount();

        Assert.Equal([2, 1, 0, 0], Enumerable.Range(0, 4).Select(_ => count.Take(3, 0, Part).Remaining));
        Assert.True(count.Take(3, Window + Part, Part).IsAllowed);
    }

    [Fact]
    public void WhatIsRefusedDoesNotCount()
    {
        var count = new SlidingCount();
        var verdicts = Enumerable.Range(0, 1_000).Select(i => count.Take(1, i, Part)).ToArray();

        Assert.Single(verdicts, verdict => verdict.IsAllowed);
        Assert.True(count.Take(1, Window + Part, Part).IsAllowed);
    }

    [Fact]
    public void AStoredCountGoesOnWhereItStopped() => Gen.Select(Gen.Int[1, 10], Gen.Long[0, Window / 4].Array[1, 60]).Sample((limit, gaps) =>
    {
        var (one, now) = (new SlidingCount(), 5_000_000L);
        var other = one;
        foreach (var gap in gaps)
        {
            now += gap;
            Assert.Equal(one.Take(limit, now, Part), other.Take(limit, now, Part));
            other = SlidingCount.Restore(other.Newest, other.Store());
        }
    });

    [Theory]
    [InlineData(-Window * 20, true)] // a clock that was set back for long locks nobody out
    [InlineData(-Part, false)] // and a step back gives nobody new tries
    [InlineData(0, false)]
    public void AClockThatGoesBackChangesLittle(long step, bool isAllowed)
    {
        var count = new SlidingCount();
        const long now = 10_000_000;
        count.Take(1, now, Part);

        Assert.Equal(isAllowed, count.Take(1, now + step, Part).IsAllowed);
    }
}
