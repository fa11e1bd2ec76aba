using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using WorkspaceServer.Agent.Outbox;
using WorkspaceServer.Agent.Server;
using WorkspaceServer.Agent.Settings;
using WorkspaceServer.Agent.Sources;
using WorkspaceServer.Agent.Syncing;
using WorkspaceServer.Protocol;

namespace WorkspaceServer.Agent.Commands;

/// <summary>One thing that was looked at.</summary>
/// <param name="Message">What was found; if it is not good, what to do.</param>
internal sealed record CheckResult(string Name, bool IsGood, string Message);

/// <summary>check: whether this computer reaches the server and its sources, and if not, why and what to do.</summary>
internal static class CheckCommand
{
    private const int TallyPort = 9000;

    public static Command Build()
    {
        var url = new Option<string?>("--url") { Description = "The server's address; that of the pairing if not given.", HelpName = "URL" };
        return Verb.Create("check", "Find out whether this computer reaches the server and its sources.", "check --url https://ws.example.in").With(url).Runs(async (context, cancel) =>
        {
            var config = AgentConfig.Load(context.Home);
            var address = ServerAddress.Parse(context.Arguments.GetValue(url) ?? config.RequirePairing().Url);
            var results = new List<CheckResult> { await NameAsync(address, cancel), Proxy(address) };
            results.AddRange(await ServerAsync(address, context.Clock, cancel));
            if (config.Pairing is not null)
            {
                results.Add(await PairingAsync(context, config.Pairing, cancel));
            }

            results.AddRange(await SourcesAsync(context, config, cancel));
            results.Add(await TallyAsync(cancel));
            context.Output.Result(new { Good = results.TrueForAll(result => result.IsGood), Checks = results }, human =>
                results.ForEach(result => human.Line($"{(result.IsGood ? "ok  " : "FAIL")}  {result.Name,-16} {result.Message}")));
            return results.TrueForAll(result => result.IsGood) ? ExitCodes.Ok : ExitCodes.Failed;
        });
    }

    private static async Task<CheckResult> NameAsync(Uri address, CancellationToken cancel)
    {
        try
        {
            var found = await Dns.GetHostAddressesAsync(address.DnsSafeHost, cancel);
            return new CheckResult("name", true, $"{address.DnsSafeHost} is {string.Join(", ", found.Take(3).Select(ip => ip.ToString()))}");
        }
        catch (SocketException error)
        {
            return new CheckResult("name", false, $"The name {address.DnsSafeHost} is not known ({error.SocketErrorCode}). Is it written right, and is this computer online?");
        }
    }

    private static CheckResult Proxy(Uri address)
    {
        var proxy = HttpClient.DefaultProxy.GetProxy(address);
        return new CheckResult("proxy", true, proxy is null || proxy == address ? "none in the way" : $"requests go through {proxy.GetLeftPart(UriPartial.Authority)}");
    }

    private static async Task<IEnumerable<CheckResult>> ServerAsync(Uri address, TimeProvider clock, CancellationToken cancel)
    {
        using var client = new ServerClient(address, clock);
        try
        {
            using var response = await client.ProbeAsync("/healthz", cancel);
            var now = clock.GetUtcNow();
            var server = new CheckResult("server", response.IsSuccessStatusCode, response.IsSuccessStatusCode
                ? $"answers over {(address.Scheme == "https" ? "https with a good certificate" : "http on this computer")}"
                : $"answers {(int)response.StatusCode}. Is the address right, or is there a proxy in the way that answers itself?");
            return response.Headers.Date is { } date ? [server, Clock(now - date)] : [server];
        }
        catch (AgentException error)
        {
            return [new CheckResult("server", false, error.Message)];
        }
    }

    private static CheckResult Clock(TimeSpan ahead)
    {
        var seconds = Math.Round(ahead.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return ahead.Duration().TotalSeconds < SyncLimits.MaxAssertionSeconds
            ? new CheckResult("clock", true, $"{seconds} seconds from the server's")
            : new CheckResult("clock", false, $"This computer's clock is off by {ahead.TotalMinutes.ToString("0", CultureInfo.InvariantCulture)} minutes. Let Windows set it: Settings, Time, Sync now.");
    }

    private static async Task<CheckResult> PairingAsync(VerbContext context, PairingConfig pairing, CancellationToken cancel)
    {
        using var key = SecretStore.ReadSigningKey(new SecretStore(context.Home).Load().SigningKey!);
        using var server = new PairedServer(pairing, key, context.Clock, kept => (AgentConfig.Load(context.Home) with { Pairing = kept }).Save(context.Home));
        try
        {
            var agent = await server.AgentAsync(cancel);
            return new CheckResult("pairing", true, $"paired with {agent.WorkspaceName} as {agent.Name}");
        }
        catch (Exception error) when (error is AgentException or ServerRefusal)
        {
            return new CheckResult("pairing", false, error.Message);
        }
    }

    private static async Task<IReadOnlyList<CheckResult>> SourcesAsync(VerbContext context, AgentConfig config, CancellationToken cancel)
    {
        if (config.Sources.Count == 0)
        {
            return [];
        }

        var secrets = new SecretStore(context.Home).Load();
        using var key = new OutboxKey(secrets.OutboxKey);
        using var store = new OutboxStore(context.Home.Outbox, key);
        var results = new List<CheckResult>();
        foreach (var source in config.Sources)
        {
            try
            {
                using var opened = OpenedSource.Open(source, secrets, store);
                results.Add(new CheckResult($"source {source.Name}", true, $"{(await opened.Source.ListAsync(cancel)).Count} tables"));
            }
            catch (Exception error) when (error is AgentException or SourceException)
            {
                results.Add(new CheckResult($"source {source.Name}", false, error.Message));
            }
        }

        return results;
    }

    private static async Task<CheckResult> TallyAsync(CancellationToken cancel)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using var soon = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        soon.CancelAfter(TimeSpan.FromSeconds(2));
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, TallyPort, soon.Token);
            return new CheckResult("tally", true, $"something listens on port {TallyPort}; add it with: workspace-agent source add tally");
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException && !cancel.IsCancellationRequested)
        {
            return new CheckResult("tally", true, $"not running here (nothing listens on port {TallyPort})");
        }
    }
}
