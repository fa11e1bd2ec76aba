using System.Collections.Immutable;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Tokens.Handshakes;

/// <summary>One person's try to connect a client, as far as the server has seen it. Never changed: what is heard makes another one.</summary>
/// <param name="Client">What the client calls itself, once the person themselves was asked about it.</param>
/// <param name="ClientId">Likewise, its id.</param>
/// <param name="Bearer">The grant or token by which its calls are known.</param>
/// <param name="LastAt">When anything was heard last.</param>
/// <param name="Version">Rises with each change that can be seen.</param>
internal sealed record Attempt(
    string Mark,
    string Person,
    WorkspaceId Workspace,
    DateTimeOffset StartedAt,
    ImmutableSortedDictionary<HandshakeStep, HeardStep> Steps,
    string? Client,
    string? ClientId,
    string? Bearer,
    DateTimeOffset LastAt,
    int Version)
{
    /// <summary>How long a try is listened to.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    /// <summary>How long it can be looked at, from its start.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromMinutes(60);

    public DateTimeOffset EndsAt => StartedAt + Lifetime;

    public static Attempt New(string person, WorkspaceId workspace, DateTimeOffset now) =>
        new(WatchMark.New(), person, workspace, now, ImmutableSortedDictionary<HandshakeStep, HeardStep>.Empty, null, null, null, now, 0);

    /// <summary>The last step that the client or the person took, well or not.</summary>
    public HeardStep? Last => Steps.Count == 0 ? null : Steps.Values.Last();

    /// <summary>The same with this step. One that went well takes back what had gone wrong: the client tries again. One that went wrong takes back what came after it the time before.</summary>
    public Attempt With(HandshakeStep step, HandshakeOutcome outcome, DateTimeOffset now)
    {
        var heard = new HeardStep(step, outcome, now);
        if (Steps.TryGetValue(step, out var before) && before.Outcome == outcome)
        {
            return this with { LastAt = now };
        }

        // A client that only asks once more without a key has mended nothing yet.
        var stale = Steps.Values.Where(each => heard.IsGood ? !each.IsGood && step >= HandshakeStep.Client : each.Step > step).Select(each => each.Step);
        return this with { Steps = Steps.RemoveRange(stale).SetItem(step, heard), LastAt = now, Version = Version + 1 };
    }
}
