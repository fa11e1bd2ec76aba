using Microsoft.Extensions.Time.Testing;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces.Workers;
using Xunit;

namespace WorkspaceServer.Tests.Workspaces.Workers;

/// <summary>100 ms of full priority a second, as the options have it by default.</summary>
[Trait("claim", "C18")]
public sealed class FastTimeTests
{
    private static readonly SandboxOptions Options = new() { WorkerPath = "" };
    private readonly FakeTimeProvider clock = new();
    private readonly WorkspaceId busy;
    private readonly WorkspaceId other;
    private readonly FastTime time;

    public FastTimeTests()
    {
        (busy, other) = (WorkspaceId.New(clock.GetUtcNow()), WorkspaceId.New(clock.GetUtcNow()));
        time = new FastTime(Options, clock);
    }

    [Fact]
    public void ShortStatementsAreNeverCharged()
    {
        for (var i = 0; i < 1000; i++)
        {
            time.Charge(busy, Options.ShortSlice);
        }

        Assert.Equal(Options.Slice, time.SliceOf(busy));
    }

    [Fact]
    public void ManyJustNotHeavyStatementsEmptyTheBucket_OfTheirWorkspaceOnly()
    {
        for (var i = 0; i < 6; i++)
        {
            time.Charge(busy, TimeSpan.FromMilliseconds(19));
        }

        Assert.Equal((Options.ShortSlice, Options.Slice), (time.SliceOf(busy), time.SliceOf(other)));
        clock.Advance(TimeSpan.FromMilliseconds(200));
        Assert.Equal(Options.Slice, time.SliceOf(busy));
    }

    // 100 ms full, 350 ms used: 250 ms overdrawn, of which a second's worth is allowed; 150 ms come back in 1.5 s.
    [Fact]
    public void WhoOverdrawsByASecondsWorthWaits()
    {
        time.Charge(busy, TimeSpan.FromMilliseconds(199));
        Assert.Equal(TimeSpan.Zero, time.WaitOf(busy));
        time.Charge(busy, TimeSpan.FromMilliseconds(151));

        Assert.Equal(TimeSpan.FromSeconds(1.5), time.WaitOf(busy));
        Assert.Equal(TimeSpan.Zero, time.WaitOf(other));
        clock.Advance(TimeSpan.FromSeconds(1.5));
        Assert.Equal(TimeSpan.Zero, time.WaitOf(busy));
    }

    [Fact]
    public void ABucketNeverHoldsMoreThanASecondsWorth()
    {
        time.Charge(busy, TimeSpan.FromMilliseconds(50));
        clock.Advance(TimeSpan.FromHours(1));
        time.Charge(busy, TimeSpan.FromMilliseconds(101));

        Assert.Equal(Options.ShortSlice, time.SliceOf(busy));
    }
}
