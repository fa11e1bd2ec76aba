using WorkspaceServer.Workspaces.Workers;
using Xunit;

namespace WorkspaceServer.Tests.Workspaces.Workers;

public sealed class FairQueueTests
{
    private readonly FairQueue<string, int> queue = new();

    [Fact]
    [Trait("claim", "C18")]
    public void ALongLineOfOneDelaysNoOther()
    {
        for (var i = 0; i < 50; i++)
        {
            queue.Enqueue("greedy", i);
        }

        queue.Enqueue("modest", 100);
        queue.Enqueue("third", 200);

        Assert.Equal([0, 100, 200, 1, 2], Enumerable.Range(0, 5).Select(_ => Next()));
        Assert.Equal(47, queue.Count);
        Assert.Equal((47, 0), (queue.CountOf("greedy"), queue.CountOf("modest")));
    }

    [Fact]
    public void WhoComesBackStandsBehindTheOthers()
    {
        queue.Enqueue("a", 1);
        queue.Enqueue("b", 2);
        Assert.Equal(1, Next());
        queue.Enqueue("a", 3);

        Assert.Equal([2, 3], [Next(), Next()]);
        Assert.False(queue.TryDequeue(out _));
    }

    private int Next()
    {
        Assert.True(queue.TryDequeue(out var item));
        return item;
    }
}
