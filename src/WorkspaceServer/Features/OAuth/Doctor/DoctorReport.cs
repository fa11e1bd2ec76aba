using System.Globalization;
using WorkspaceServer.Features.Tokens.Handshakes;

namespace WorkspaceServer.Features.OAuth.Doctor;

/// <summary>How a step stands.</summary>
public enum StepState
{
    Done,
    Failed,

    /// <summary>Not seen by itself, and either passed or not needed, as what came later shows.</summary>
    Passed,
    Waiting,
}

/// <param name="Name">In people's words.</param>
/// <param name="Technical">As those who build clients call it.</param>
/// <param name="Note">More about how it went; null if there is nothing to say.</param>
public sealed record ReportedStep(HandshakeStep Step, string Name, string Technical, StepState State, string? Note, DateTimeOffset? At);

/// <summary>On whose side a connection stopped.</summary>
public enum DoctorSide
{
    Client,
    Person,
    Server,
    Network,
}

/// <param name="Help">What to do now.</param>
public sealed record Diagnosis(HandshakeStep Step, DoctorSide Side, string Text, string Help);

/// <summary>What is shown of one try, on the page and to programs.</summary>
/// <param name="Client">What the client calls itself; null until the person was asked about it.</param>
/// <param name="Diagnosis">Null while nothing is wrong.</param>
public sealed record DoctorReport(
    string Url, DateTimeOffset StartedAt, DateTimeOffset EndsAt, bool IsOver, string? Client, IReadOnlyList<ReportedStep> Steps, Diagnosis? Diagnosis)
{
    /// <summary>A client has this long for what it does by itself.</summary>
    public static readonly TimeSpan SilentAfter = TimeSpan.FromSeconds(20);

    /// <summary>A person has this long to paste the address into the client.</summary>
    public static readonly TimeSpan UnreachedAfter = TimeSpan.FromSeconds(90);

    public bool IsConnected => Steps[^2].State == StepState.Done;

    /// <param name="endpoint">The address of the MCP endpoint.</param>
    internal static DoctorReport Of(Attempt attempt, string endpoint, DateTimeOffset now)
    {
        var reached = attempt.Steps.Values.Where(step => step.IsGood).Select(step => (HandshakeStep?)step.Step).Max();
        return new DoctorReport(
            endpoint + WatchMark.QueryOf(attempt.Mark),
            attempt.StartedAt,
            attempt.EndsAt,
            now >= attempt.EndsAt,
            attempt.Client,
            [.. Enum.GetValues<HandshakeStep>().Select(step => StepOf(step, attempt, reached))],
            attempt.Steps.Values.FirstOrDefault(step => !step.IsGood) is { } failed ? DoctorWords.Of(failed) : IsSilent(attempt, now) ? DoctorWords.OfSilence(reached) : null);
    }

    /// <summary>A short text that is another one as soon as the report looks different; of nobody's try, too.</summary>
    internal static string StateOf(Attempt? attempt, DateTimeOffset now) => attempt is null ? "none" : string.Create(
        CultureInfo.InvariantCulture, $"{attempt.StartedAt.ToUnixTimeMilliseconds()}.{attempt.Version}.{(IsSilent(attempt, now) ? 1 : 0)}.{(now >= attempt.EndsAt ? 1 : 0)}");

    private static ReportedStep StepOf(HandshakeStep step, Attempt attempt, HandshakeStep? reached)
    {
        var heard = attempt.Steps.GetValueOrDefault(step);
        var state = heard is not null ? heard.IsGood ? StepState.Done : StepState.Failed : step < reached ? StepState.Passed : StepState.Waiting;
        var (name, technical) = DoctorWords.NameOf(step);
        return new ReportedStep(step, name, technical, state, DoctorWords.NoteOf(step, state, heard?.Outcome, attempt), heard?.At);
    }

    private static bool IsSilent(Attempt attempt, DateTimeOffset now) => attempt.Steps.Count == 0
        ? now >= attempt.StartedAt + UnreachedAfter
        : now >= attempt.LastAt + SilentAfter && DoctorWords.IsClientsTurn(attempt.Steps.Values.Where(step => step.IsGood).Select(step => (HandshakeStep?)step.Step).Max());
}
