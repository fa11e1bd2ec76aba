using System.Globalization;
using System.Threading.Channels;

namespace WorkspaceServer.Hosting.Live;

/// <summary>Tells open pages that what they show has changed. A topic is a name; of each it is kept how often it has, and nothing else.</summary>
internal sealed class Signals
{
    /// <summary>Topics that are known at once. When there are more, all are forgotten, and open pages load themselves once more than they need.</summary>
    public const int MaxTopics = 10_000;

    private readonly Lock gate = new();
    private readonly Dictionary<string, long> changes = new(StringComparer.Ordinal);
    private long last;
    private readonly Dictionary<string, List<Watch>> watches = new(StringComparer.Ordinal);

    /// <summary>Topics that somebody watches.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return watches.Count;
            }
        }
    }

    /// <summary>A short text that is another one after each change of the topic.</summary>
    public string StateOf(string topic)
    {
        lock (gate)
        {
            return changes.GetValueOrDefault(topic).ToString(CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Begins to watch; disposing ends it.</summary>
    public Watch Begin(string topic)
    {
        var watch = new Watch(this, topic);
        lock (gate)
        {
            if (!watches.TryGetValue(topic, out var list))
            {
                watches.Add(topic, list = []);
            }

            list.Add(watch);
        }

        return watch;
    }

    /// <summary>Something of this topic has changed. Cheap, and cheaper still when nobody watches.</summary>
    public void Raise(string topic)
    {
        lock (gate)
        {
            if (changes.Count >= MaxTopics)
            {
                changes.Clear();
            }

            changes[topic] = ++last;
            foreach (var watch in watches.GetValueOrDefault(topic) ?? [])
            {
                watch.Raise();
            }
        }
    }

    private void End(Watch watch)
    {
        lock (gate)
        {
            if (watches.TryGetValue(watch.Topic, out var list) && list.Remove(watch) && list.Count == 0)
            {
                watches.Remove(watch.Topic);
            }
        }
    }

    /// <summary>One that watches a topic. However often it is raised before anybody looks, that is once.</summary>
    internal sealed class Watch(Signals owner, string topic) : IDisposable
    {
        private readonly Channel<bool> raised = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

        public string Topic => topic;

        /// <summary>Waits until the topic is raised, or for this long.</summary>
        public async Task WaitAsync(TimeSpan longest, TimeProvider clock, CancellationToken cancel)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var delay = Task.Delay(longest, clock, either.Token);
            await Task.WhenAny(raised.Reader.WaitToReadAsync(either.Token).AsTask(), delay);
            await either.CancelAsync();
            cancel.ThrowIfCancellationRequested();
            raised.Reader.TryRead(out _);
        }

        public void Raise() => raised.Writer.TryWrite(true);

        public void Dispose() => owner.End(this);
    }
}
