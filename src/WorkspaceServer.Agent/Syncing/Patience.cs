using WorkspaceServer.Agent.Server;

namespace WorkspaceServer.Agent.Syncing;

/// <summary>Sends again what the server or the network could not take just now: after the time that the server asks for, else after longer and longer ones.</summary>
internal sealed class Patience(TimeProvider clock)
{
    /// <summary>Tries of one request before the sync gives up until the next.</summary>
    public const int MaxTries = 6;

    /// <summary>Longest wait, whatever the server asks for.</summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);

    public async Task<T> TryAsync<T>(Func<Task<T>> send, CancellationToken cancel)
    {
        for (var tries = 1; ; tries++)
        {
            TimeSpan? asked = null;
            try
            {
                return await send();
            }
            catch (ServerRefusal refusal) when (refusal.IsTemporary && tries < MaxTries)
            {
                asked = refusal.RetryAfter;
            }
            catch (AgentException error) when (error.Problem == AgentProblem.Unreachable && tries < MaxTries)
            {
                // The connection broke; the request is one that may be sent twice.
            }

            await Task.Delay(WaitOf(tries, asked), clock, cancel);
        }
    }

    /// <summary>1, 2, 4, 8 … seconds, but never less than the server asks for.</summary>
    internal static TimeSpan WaitOf(int tries, TimeSpan? asked)
    {
        var wait = FirstWait * Math.Pow(2, tries - 1);
        wait = asked > wait ? asked.Value : wait;
        return wait < MaxWait ? wait : MaxWait;
    }
}
