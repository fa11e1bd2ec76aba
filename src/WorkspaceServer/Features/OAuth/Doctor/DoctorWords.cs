using WorkspaceServer.Features.Tokens.Handshakes;

namespace WorkspaceServer.Features.OAuth.Doctor;

/// <summary>The steps of a connection, and what goes wrong in them, in people's words. All texts are these; nothing that a client sent is among them.</summary>
internal static class DoctorWords
{
    private const string AddAgain = "In the client, remove this server and add it again: then it begins afresh.";
    private const string NoKey = "Check the address and the header that you gave to the client: it is the word Bearer, a space and the whole token, or no header at all.";

    public static (string Name, string Technical) NameOf(HandshakeStep step) => step switch
    {
        HandshakeStep.Challenge => ("Find this server", "401 with a challenge"),
        HandshakeStep.Resource => ("Read what is protected", "Protected resource metadata"),
        HandshakeStep.Server => ("Read where to sign in", "Authorization server metadata"),
        HandshakeStep.Client => ("Make itself known", "Registration, or client ID metadata document"),
        HandshakeStep.Authorize => ("Send you here", "Authorization request"),
        HandshakeStep.Consent => ("Ask you, and you say yes", "Consent"),
        HandshakeStep.Token => ("Fetch its key", "Token request"),
        HandshakeStep.Tools => ("List the tools", "tools/list"),
        _ => ("Ask the first question", "tools/call"),
    };

    /// <summary>Whether the client, and not the person, has to do what comes after this step.</summary>
    public static bool IsClientsTurn(HandshakeStep? reached) =>
        reached is HandshakeStep.Challenge or HandshakeStep.Resource or HandshakeStep.Consent or HandshakeStep.Token;

    public static string? NoteOf(HandshakeStep step, StepState state, HandshakeOutcome? outcome, Attempt attempt) => (step, state, outcome) switch
    {
        (HandshakeStep.Challenge, _, HandshakeOutcome.Done) => "It had no key yet and was told where to get one, as it should.",
        (HandshakeStep.Challenge, _, HandshakeOutcome.BadToken) => "It came with a key that is not good any more, and was told where to get one.",
        (HandshakeStep.Token, _, HandshakeOutcome.OwnToken) => "It came with a key of yours that it had before, so it need not sign in.",
        (HandshakeStep.Consent, _, HandshakeOutcome.Elsewhere) => "You chose another workspace than this one.",
        (_, StepState.Passed, _) when attempt.Steps.GetValueOrDefault(HandshakeStep.Token)?.Outcome == HandshakeOutcome.OwnToken => "Not needed.",
        (HandshakeStep.Server or HandshakeStep.Client, StepState.Passed, _) => "Not seen by itself; what came after shows that it did.",
        (_, StepState.Passed, _) => "Not seen: the client was not given the address on this page, or left a part of it out.",
        (HandshakeStep.Consent, StepState.Waiting, _) when attempt.Last is { Step: HandshakeStep.Authorize, IsGood: true } => "The question is open in your browser. Somebody else’s sign-in is not shown here.",
        (HandshakeStep.Call, StepState.Waiting, _) when attempt.Last is { Step: HandshakeStep.Tools } => "Ask it something about your tables.",
        _ => null,
    };

    /// <summary>What is wrong with a step that failed.</summary>
    public static Diagnosis Of(HeardStep failed)
    {
        Diagnosis At(DoctorSide side, string text, string help) => new(failed.Step, side, text, help);
        return failed.Outcome switch
        {
            HandshakeOutcome.UnknownClient => At(DoctorSide.Client, "It names itself by an id that this server does not know, or no longer: an unused one is forgotten after seven days.", AddAgain),
            HandshakeOutcome.WrongDocument => At(DoctorSide.Client, "The document that describes it could not be read, or is wrong. The page that it opened says which.", "Try again in a minute. If it stays so, tell those who make the client, or use a token: under Any other."),
            HandshakeOutcome.WrongRedirect => At(DoctorSide.Client, "It registered one return address and then used another. This server must not send a key to an address that it does not know.", AddAgain),
            HandshakeOutcome.WrongRequest when failed.Step == HandshakeStep.Challenge => At(DoctorSide.Person, "It sent something as its key that is none.", NoKey),
            HandshakeOutcome.WrongRequest when failed.Step == HandshakeStep.Token => At(DoctorSide.Client, "Its request for the key leaves something out, or has it twice.", "Bring the client up to date. If it stays so, tell those who make it."),
            HandshakeOutcome.WrongRequest => At(DoctorSide.Client, "Its request to let you sign in is not as it must be: a code, and PKCE with S256.", "Bring the client up to date. If it stays so, use a token: under Any other."),
            HandshakeOutcome.Denied => At(DoctorSide.Person, "You said no. Nothing was allowed.", "Connect it again in the client if you meant to say yes."),
            HandshakeOutcome.NotAllowed => At(DoctorSide.Person, "You may not let clients into that workspace, or an owner has paused this one there. The page says which.", "Ask an owner or admin of the workspace."),
            HandshakeOutcome.WrongVerifier => At(DoctorSide.Client, "The secret that it ended with is not the one that it began with. Two windows of it may have connected at once.", "Close its other windows, then connect it again."),
            HandshakeOutcome.OldCode => At(DoctorSide.Client, "It came with a code that is not good, or no longer: a code is good once, for 60 seconds.", "Connect it again. If that is slow each time, look for a proxy that holds its requests up."),
            HandshakeOutcome.UsedCode => At(DoctorSide.Client, "It used the same code twice, so what you had allowed was taken back.", AddAgain),
            HandshakeOutcome.OtherClient => At(DoctorSide.Client, "Another client than the one that you allowed came with its code. It got nothing.", "Connect it again. If it happens again, somebody may have the client’s return address: tell those who run this server."),
            HandshakeOutcome.WrongTarget => At(DoctorSide.Client, "It wants a key for another address than this server’s.", "Give the client exactly the address on this page, then connect it again."),
            HandshakeOutcome.MissingScope => At(DoctorSide.Person, "You did not tick what this question needs. A good client asks you for it now.", "Say yes to that, or connect it again and tick more."),
            _ => At(DoctorSide.Server, "Something went wrong on this server, not with you. Nothing was given away.", "Try again. If it stays so, tell those who run this server."),
        };
    }

    /// <summary>What it means that nothing more came after this step.</summary>
    public static Diagnosis OfSilence(HandshakeStep? reached) => reached switch
    {
        null => new(HandshakeStep.Challenge, DoctorSide.Network, "Nothing of your client has come to this server at the address on this page.",
            "Look at the address in the client, letter by letter. A client in the cloud must reach this server over the internet: a firewall, a VPN or a proxy may stand between."),
        HandshakeStep.Challenge => new(HandshakeStep.Resource, DoctorSide.Client, "It was told where to sign in and did not go on.",
            "A client that knows no sign-in takes a token: under Any other. A proxy that takes the header WWW-Authenticate away does this, too."),
        HandshakeStep.Resource => new(HandshakeStep.Client, DoctorSide.Client, "It read what is protected, and has not sent you here since.",
            "Look for a window that your browser has blocked. If the client says that it could not register, its return address is one that this server does not take: it must be https, or your own computer."),
        HandshakeStep.Consent => new(HandshakeStep.Token, DoctorSide.Client, "You said yes, and it did not come for its key.",
            "Look at the window that your browser went to: the client must still be running there. A program on your computer must be let through by its firewall. Then connect it again."),
        _ => new(HandshakeStep.Tools, DoctorSide.Client, "It has its key and does not use it.",
            "Switch the server off and on again in the client, or restart the client."),
    };

    public static string NameOf(DoctorSide side) => side switch
    {
        DoctorSide.Client => "The client",
        DoctorSide.Person => "You",
        DoctorSide.Server => "This server",
        _ => "The network",
    };

    public static string WhereOf(DoctorSide side) => side switch
    {
        DoctorSide.Client => "on the client’s side",
        DoctorSide.Person => "on your side",
        DoctorSide.Server => "on this server’s side",
        _ => "on the way here",
    };
}
