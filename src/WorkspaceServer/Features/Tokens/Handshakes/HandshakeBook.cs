using WorkspaceServer.Hosting;
using WorkspaceServer.Hosting.Live;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Tokens.Handshakes;

/// <summary>Hears how clients connect, for those who asked to watch. Nothing is kept of anybody else, nothing is written down, and a restart forgets all.</summary>
/// <remarks>
/// Whose a step is, is decided in three ways, and in no other. Before anybody has signed in, by the mark that only the person's own client was given. At the
/// consent, by the person who is signed in, too: somebody else's sign-in is not heard, whatever mark it carries. After it, by the grant that this
/// person gave, which no mark is needed for. Addresses are never compared: an office shares one, and so do all who use the same vendor. Reasons: decisions/0023.
/// </remarks>
internal sealed class HandshakeBook(Signals signals, TimeProvider clock)
{
    /// <summary>Tries that are kept at once, one for each person, of about 1 kB.</summary>
    public const int MaxAttempts = 1_000;

    private readonly Lock gate = new();
    private readonly Dictionary<string, Attempt> byPerson = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> personByMark = new(StringComparer.Ordinal);

    // Read without the lock at each call of a tool, of which almost none belongs to a try.
    private volatile int count;

    /// <summary>Tries that are kept now.</summary>
    public int Count => count;

    /// <summary>What a stream of this person listens to.</summary>
    public static string TopicOf(string person) => "handshake/" + person;

    /// <summary>Begins a try; the person's one before is forgotten.</summary>
    /// <exception cref="ProblemException">Too many people watch.</exception>
    public Attempt Start(string person, WorkspaceId workspace)
    {
        var attempt = Attempt.New(person, workspace, clock.GetUtcNow());
        lock (gate)
        {
            Remove(person);
            if (byPerson.Count >= MaxAttempts)
            {
                foreach (var over in byPerson.Values.Where(each => attempt.StartedAt >= each.EndsAt).ToArray())
                {
                    Remove(over.Person);
                }
            }

            if (byPerson.Count >= MaxAttempts)
            {
                throw new ProblemException(ProblemCodes.Busy, "Too many people watch clients connect now. Try again in a few minutes; connecting works without it.");
            }

            byPerson[person] = attempt;
            personByMark[attempt.Mark] = person;
            count = byPerson.Count;
        }

        signals.Raise(TopicOf(person));
        return attempt;
    }

    /// <summary>This person's own try, if they began it in this workspace.</summary>
    public Attempt? Find(string person, WorkspaceId workspace)
    {
        lock (gate)
        {
            return byPerson.GetValueOrDefault(person) is { } found && found.Workspace == workspace && clock.GetUtcNow() < found.StartedAt + Attempt.Kept ? found : null;
        }
    }

    /// <summary>Forgets it.</summary>
    public void Stop(string person, WorkspaceId workspace)
    {
        lock (gate)
        {
            if (byPerson.GetValueOrDefault(person)?.Workspace == workspace)
            {
                Remove(person);
            }
        }

        signals.Raise(TopicOf(person));
    }

    /// <summary>A step of whoever was given the mark, before anybody has signed in.</summary>
    public void Heard(string? mark, HandshakeStep step, HandshakeOutcome outcome) => Change(OwnerOf(mark), attempt => attempt.With(step, outcome, clock.GetUtcNow()));

    /// <summary>A step that this signed-in person took part in, with the client that they see on their screen.</summary>
    public void Heard(string? mark, string person, HandshakeStep step, HandshakeOutcome outcome, (string Id, string Name)? client = null) =>
        Change(OwnerOf(mark) == person ? person : null, attempt => Named(attempt, client).With(step, outcome, clock.GetUtcNow()));

    /// <summary>The person's answer to the question. Their own doing, so it needs no mark where they watch from the same workspace.</summary>
    /// <param name="workspace">The one they chose; null if none.</param>
    /// <param name="grant">What they gave; null if nothing.</param>
    public void Answered(string? mark, string person, HandshakeOutcome outcome, (string Id, string Name) client, WorkspaceId? workspace, string? grant) => Change(person, attempt =>
        mark != attempt.Mark && workspace != attempt.Workspace ? attempt
        : Named(attempt, client).With(HandshakeStep.Consent, outcome == HandshakeOutcome.Done && workspace != attempt.Workspace ? HandshakeOutcome.Elsewhere : outcome, clock.GetUtcNow()) with
        {
            Bearer = grant ?? attempt.Bearer,
        });

    /// <summary>A step of a client that holds, or asks for, what this grant gives.</summary>
    public void HeardOfGrant(string grant, string person, HandshakeStep step, HandshakeOutcome outcome) =>
        Change(person, attempt => attempt.Bearer == grant ? attempt.With(step, outcome, clock.GetUtcNow()) : attempt);

    /// <summary>A call by a key of this person's: the one of the try, or one that came by the address of the try.</summary>
    public void HeardCall(string? mark, Caller caller, HandshakeStep step, HandshakeOutcome outcome)
    {
        if (count == 0 || caller.CreatedBy is not { } person)
        {
            return;
        }

        Change(person, attempt =>
        {
            if (attempt.Bearer != caller.TokenId)
            {
                if (mark != attempt.Mark || caller.Workspace != attempt.Workspace)
                {
                    return attempt;
                }

                attempt = attempt.With(HandshakeStep.Token, HandshakeOutcome.OwnToken, clock.GetUtcNow()) with { Bearer = caller.TokenId, Client = caller.TokenName };
            }

            return attempt.With(step, outcome, clock.GetUtcNow());
        });
    }

    private static Attempt Named(Attempt attempt, (string Id, string Name)? client) =>
        client is { } named && named.Id != attempt.ClientId ? attempt with { ClientId = named.Id, Client = named.Name, Version = attempt.Version + 1 } : attempt;

    private string? OwnerOf(string? mark)
    {
        if (count == 0 || mark is null)
        {
            return null;
        }

        lock (gate)
        {
            return personByMark.GetValueOrDefault(mark);
        }
    }

    private void Change(string? person, Func<Attempt, Attempt> change)
    {
        if (count == 0 || person is null)
        {
            return;
        }

        bool isSeen;
        lock (gate)
        {
            if (byPerson.GetValueOrDefault(person) is not { } before || clock.GetUtcNow() >= before.EndsAt)
            {
                return;
            }

            var after = change(before);
            byPerson[person] = after;
            isSeen = after.Version != before.Version;
        }

        if (isSeen)
        {
            signals.Raise(TopicOf(person));
        }
    }

    private void Remove(string person)
    {
        if (byPerson.Remove(person, out var gone))
        {
            personByMark.Remove(gone.Mark);
        }

        count = byPerson.Count;
    }
}
