using WorkspaceServer.Hosting.Live;
using Xunit;

namespace WorkspaceServer.Tests.Dashboard.Live;

/// <summary>What changed is told to who watches it, and to nobody else.</summary>
public sealed class SignalsTests
{
    private readonly Signals signals = new();

    [Fact]
    public async Task AWatchHearsItsTopic_OnceHoweverOftenItWasRaised()
    {
        using var watch = signals.Begin("a");
        signals.Raise("b");
        var heard = watch.WaitAsync(Timeout.InfiniteTimeSpan, TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.False(heard.IsCompleted);
        signals.Raise("a");
        signals.Raise("a");
        await heard;

        signals.Raise("a");
        await watch.WaitAsync(Timeout.InfiniteTimeSpan, TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.False(watch.WaitAsync(Timeout.InfiniteTimeSpan, TimeProvider.System, TestContext.Current.CancellationToken).IsCompleted);
    }

    [Fact]
    public void WhatNobodyWatchesAnyMoreIsForgotten()
    {
        signals.Begin("a").Dispose();

        Assert.Equal(0, signals.Count);
    }

    [Fact]
    public void TheStateOfATopicIsAnotherOneAfterEachChange_AlsoWhereAllWereForgotten()
    {
        var states = new List<string> { signals.StateOf("a") };
        for (var i = 0; i < 3; i++)
        {
            signals.Raise("a");
            states.Add(signals.StateOf("a"));
        }

        for (var i = 0; i < Signals.MaxTopics; i++)
        {
            signals.Raise($"b{i}");
        }

        signals.Raise("a");
        states.Add(signals.StateOf("a"));
        Assert.Equal(states.Count, states.Distinct().Count());
    }
}
