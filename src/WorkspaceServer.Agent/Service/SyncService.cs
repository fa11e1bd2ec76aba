using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkspaceServer.Agent.Server;
using WorkspaceServer.Agent.Settings;
using WorkspaceServer.Agent.Sources;
using WorkspaceServer.Agent.Syncing;

namespace WorkspaceServer.Agent.Service;

/// <summary>Syncs again and again: by the schedule, and at once when a watched file changes.</summary>
internal sealed class SyncService(AgentHome home, TimeProvider clock, ILogger<SyncService> log) : BackgroundService
{
    /// <summary>Programs write a file in several steps; a sync waits until they were silent for this long.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);

    private readonly Channel<bool> changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        DateTimeOffset? last = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            var config = AgentConfig.Load(home);
            using var watchers = config.Schedule.WatchFiles ? new FileWatchers(config.Sources, () => changes.Writer.TryWrite(true), log) : null;
            await WaitAsync(config.Schedule, last, stoppingToken);
            last = clock.GetUtcNow();
            await SyncAsync(stoppingToken);
        }
    }

    private async Task WaitAsync(ScheduleConfig schedule, DateTimeOffset? last, CancellationToken cancel)
    {
        var wait = Schedule.Next(schedule, last, clock.GetLocalNow()) - clock.GetUtcNow();
        if (wait <= TimeSpan.Zero)
        {
            return;
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var due = Task.Delay(wait, clock, either.Token);
        var changed = changes.Reader.WaitToReadAsync(either.Token).AsTask();
        if (await Task.WhenAny(due, changed) == changed && !cancel.IsCancellationRequested)
        {
            do
            {
                changes.Reader.TryRead(out _);
                await Task.Delay(Settling, clock, cancel);
            }
            while (changes.Reader.TryPeek(out _));

            // In quiet hours a change waits for their end.
            var quiet = Schedule.Next(schedule, null, clock.GetLocalNow()) - clock.GetUtcNow();
            if (quiet > TimeSpan.Zero)
            {
                await Task.Delay(quiet, clock, cancel);
            }
        }

        await either.CancelAsync();
        cancel.ThrowIfCancellationRequested();
    }

    private async Task SyncAsync(CancellationToken cancel)
    {
        try
        {
            var outcome = await new Syncer(home, clock, log).RunAsync(progress: null, cancel);
            Keep(new SyncStatus(outcome.StartedAt, outcome.EndedAt, outcome.Tables));
        }
        catch (Exception error) when (error is AgentException or ServerRefusal or SourceException or IOException)
        {
            // The next one may go better; `status` shows it until then.
            log.LogWarning("Did not sync: {Message}", error.Message);
            Keep(new SyncStatus(clock.GetUtcNow(), clock.GetUtcNow(), [], error.Message));
        }
    }

    /// <summary>On a full disk the service stays alive without it: the next sync may find room.</summary>
    private void Keep(SyncStatus status)
    {
        try
        {
            status.Save(home);
        }
        catch (IOException error)
        {
            log.LogWarning("Cannot write {File}: {Message}", home.Status, error.Message);
        }
    }
}
