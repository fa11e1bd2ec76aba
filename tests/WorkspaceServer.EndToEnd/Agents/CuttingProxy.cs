using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace WorkspaceServer.EndToEnd.Agents;

/// <summary>
/// The network between agent and server, byte by byte: it does something when so many bytes have passed, breaks connections in the middle of anything, and can
/// send again all that it carried. Its address stays when the server behind it starts anew.
/// </summary>
internal sealed partial class CuttingProxy : IAsyncDisposable
{
    private const int BufferBytes = 16 * 1024;

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly Lock gate = new();
    private readonly List<Connection> connections = [];
    private readonly Task accepting;
    private Plan? plan;
    private long up;
    private long down;

    public CuttingProxy()
    {
        listener.Start();
        accepting = AcceptAsync();
    }

    public string Url => $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";

    /// <summary>Where the server is now.</summary>
    public Uri? Target { get; set; }

    /// <summary>Bytes that the agent and the server have sent since the last <see cref="Begin"/>.</summary>
    public (long Up, long Down) Passed
    {
        get
        {
            lock (gate)
            {
                return (up, down);
            }
        }
    }

    /// <summary>Batches that an agent began to send since the last <see cref="Begin"/>, one entry for each time.</summary>
    public IReadOnlyList<string> Batches
    {
        get
        {
            lock (gate)
            {
                return [.. connections.SelectMany(each => BatchLine().Matches(Encoding.Latin1.GetString(each.Sent.ToArray())).Select(match => match.Groups[1].Value))];
            }
        }
    }

    /// <summary>Counts anew, and forgets what was carried.</summary>
    public void Begin()
    {
        lock (gate)
        {
            connections.Clear();
            (up, down) = (0, 0);
        }
    }

    /// <summary>Does something, once, when so many more bytes have gone that way.</summary>
    /// <param name="breaks">Breaks the connection there as well.</param>
    public void When(bool isUp, long bytes, bool breaks, Action act)
    {
        lock (gate)
        {
            plan = new Plan(isUp, (isUp ? up : down) + bytes, breaks, act);
        }
    }

    /// <returns>Whether what was planned is still to come; it will not any more.</returns>
    public bool Cancel()
    {
        lock (gate)
        {
            var was = plan is not null;
            plan = null;
            return was;
        }
    }

    /// <summary>Sends to the server what was carried to it before, the last connection first.</summary>
    /// <returns>The status of each answer.</returns>
    public async Task<IReadOnlyList<int>> RepeatAsync(CancellationToken cancel)
    {
        byte[][] carried;
        lock (gate)
        {
            carried = [.. connections.Select(each => each.Sent.ToArray()).Reverse()];
        }

        var statuses = new List<int>();
        foreach (var bytes in carried.Where(bytes => bytes.Length > 0))
        {
            using var server = new TcpClient();
            await server.ConnectAsync(IPAddress.Loopback, Target!.Port, cancel);
            var stream = server.GetStream();
            using var answers = new MemoryStream();
            try
            {
                var reading = stream.CopyToAsync(answers, cancel);
                await stream.WriteAsync(bytes, cancel);
                server.Client.Shutdown(SocketShutdown.Send);
                await reading;
            }
            catch (IOException)
            {
                // A request that was cut off the first time is so again, and the server hangs up on it.
            }

            statuses.AddRange(StatusLine().Matches(Encoding.Latin1.GetString(answers.ToArray())).Select(match => int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)));
        }

        return statuses;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Dispose();
        await accepting;
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            TcpClient client;
            try
            {
                client = await listener.AcceptTcpClientAsync(stop.Token);
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }

            _ = CarryAsync(client);
        }
    }

    private async Task CarryAsync(TcpClient agent)
    {
        var carried = new Connection();
        lock (gate)
        {
            connections.Add(carried);
        }

        using var both = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        using var server = new TcpClient { NoDelay = true };
        using (agent)
        {
            // Broken, not closed: as when a cable is pulled, nobody hears the end of what was being said.
            (agent.NoDelay, agent.LingerState, server.LingerState) = (true, new LingerOption(true, 0), new LingerOption(true, 0));
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, Target!.Port, both.Token);
                await await Task.WhenAny(
                    PumpAsync(agent, server, carried, isUp: true, both.Token), PumpAsync(server, agent, carried, isUp: false, both.Token));
            }
            catch (Exception error) when (error is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // One side is gone, or the plan was to break it: the other side learns of it below.
            }

            await both.CancelAsync();
        }
    }

    private async Task PumpAsync(TcpClient from, TcpClient to, Connection carried, bool isUp, CancellationToken cancel)
    {
        var buffer = new byte[BufferBytes];
        for (int read; (read = await from.GetStream().ReadAsync(buffer, cancel)) > 0;)
        {
            var (before, due) = Count(carried, buffer.AsSpan(0, read), isUp);
            await to.GetStream().WriteAsync(buffer.AsMemory(0, before), cancel);
            due?.Act();
            if (due is { Breaks: true })
            {
                return;
            }

            await to.GetStream().WriteAsync(buffer.AsMemory(before, read - before), cancel);
        }
    }

    /// <returns>How many of the bytes come before the plan's moment, and the plan if that has come.</returns>
    private (int Before, Plan? Due) Count(Connection carried, ReadOnlySpan<byte> bytes, bool isUp)
    {
        lock (gate)
        {
            ref var passed = ref isUp ? ref up : ref down;
            var before = bytes.Length;
            Plan? due = null;
            if (plan is not null && plan.IsUp == isUp && passed + bytes.Length >= plan.At)
            {
                before = (int)Math.Max(0, plan.At - passed);
                (due, plan) = (plan, null);
            }

            passed += bytes.Length;
            if (isUp)
            {
                carried.Sent.Write(due is { Breaks: true } ? bytes[..before] : bytes);
            }

            return (before, due);
        }
    }

    [GeneratedRegex(@"PUT (/api/\S+/batches/\d+) HTTP/1\.1\r\n")]
    private static partial Regex BatchLine();

    [GeneratedRegex(@"HTTP/1\.1 (\d{3}) ")]
    private static partial Regex StatusLine();

    private sealed record Plan(bool IsUp, long At, bool Breaks, Action Act);

    private sealed class Connection
    {
        public MemoryStream Sent { get; } = new();
    }
}
