using System.Collections.Concurrent;
using System.Diagnostics.Tracing;
using System.Net;
using System.Net.Sockets;
using WorkspaceServer.Tests.House;
using Xunit;

[assembly: AssemblyFixture(typeof(EgressWatch))]

namespace WorkspaceServer.Tests.House;

/// <summary>Sees each connection that this process begins and each name that it looks up, while all tests of the assembly run; fails the run if one goes beyond this machine.</summary>
/// <remarks>The server of most tests runs in this process, with every feature plugged in. Events: dotnet/runtime, NetEventSource of System.Net.Sockets and System.Net.NameResolution.</remarks>
public sealed class EgressWatch : EventListener
{
    private static readonly string[] Here = ["localhost", Environment.MachineName];

    // For documentation, so nobody's (RFC 2606, section 3; RFC 5737): where tests ask the server to go, to see whether it does.
    private static readonly string[] OfNobody = [".example", "192.0.2.", "198.51.100.", "203.0.113."];

    private readonly ConcurrentQueue<string> beyond = new();

    /// <summary>Where to, of what went beyond this machine.</summary>
    public IReadOnlyCollection<string> Beyond => beyond;

    /// <summary>Lets a test try the watch itself without failing the run.</summary>
    public bool Forget(string place)
    {
        var rest = beyond.ToList();
        var known = rest.RemoveAll(each => each == place) > 0;
        beyond.Clear();
        rest.ForEach(beyond.Enqueue);
        return known;
    }

    public override void Dispose()
    {
        base.Dispose();
        if (!beyond.IsEmpty)
        {
#pragma warning disable CA1065 // The end of a run is the only place where all calls are known, and it must fail there.
            throw new InvalidOperationException($"The server called out to {string.Join(", ", beyond.Distinct().Select(place => $"\"{place}\""))}.");
#pragma warning restore CA1065
        }
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name is "System.Net.Sockets" or "System.Net.NameResolution")
        {
            EnableEvents(eventSource, EventLevel.Informational);
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        var place = eventData.EventName switch
        {
            "ConnectStart" => AddressIn((string)eventData.Payload![0]!),
            "ResolutionStart" => (string)eventData.Payload![0]!,
            _ => null,
        };
        if (place is not null && !Here.Contains(place, StringComparer.OrdinalIgnoreCase) && !OfNobody.Any(place.Contains) && !(IPAddress.TryParse(place, out var address) && IPAddress.IsLoopback(address)))
        {
            beyond.Enqueue(place);
        }
    }

    /// <summary>"InterNetwork:16:{31,144,127,0,0,1,…}", as a socket address is written; null for one of another kind, such as a file's.</summary>
    private static string? AddressIn(string written)
    {
        if (!written.StartsWith("InterNetwork", StringComparison.Ordinal))
        {
            return null;
        }

        var bytes = written[(written.IndexOf('{', StringComparison.Ordinal) + 1)..^1].Split(',').Select(byte.Parse).ToArray();
        var isV6 = written.StartsWith("InterNetworkV6", StringComparison.Ordinal);
        var address = new IPAddress(isV6 ? bytes.AsSpan(6, 16) : bytes.AsSpan(2, 4));
        return (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
    }
}

/// <summary>The server calls nobody whom its settings do not name.</summary>
public sealed class EgressTests(EgressWatch watch)
{
    /// <summary>The run as a whole fails in <see cref="EgressWatch.Dispose"/>; here is shown that the watch sees what it must.</summary>
    [Fact]
    [Trait("claim", "B2")]
    public async Task AConnectionThatLeavesThisMachineWouldBeSeen()
    {
        // For measurements between networks (RFC 2544): there is nobody.
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        var connection = socket.ConnectAsync(new IPEndPoint(IPAddress.Parse("198.18.0.7"), 443), soon.Token).AsTask();
        var lookup = Dns.GetHostAddressesAsync("nobody.invalid", soon.Token);
        _ = await Record.ExceptionAsync(() => connection); // whatever becomes of it
        _ = await Record.ExceptionAsync(() => lookup);

        Assert.True(watch.Forget("198.18.0.7"));
        Assert.True(watch.Forget("nobody.invalid"));
        Assert.DoesNotContain("127.0.0.1", watch.Beyond);
    }
}
