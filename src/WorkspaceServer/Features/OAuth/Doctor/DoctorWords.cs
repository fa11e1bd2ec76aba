using WorkspaceServer.Features.Tokens.Handshakes;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.OAuth.Doctor;

/// <summary>The steps of a connection, and what goes wrong in them, in people's words. All texts are these; nothing that a client sent is among them.</summary>
internal static class DoctorWords
{
    private static string AddAgain => T["In the client, remove this server and add it again: then it begins afresh."];
    private static string NoKey => T["Check the address and the header that you gave to the client: it is the word Bearer, a space and the whole token, or no header at all."];

    public static (string Name, string Technical) NameOf(HandshakeStep step) => step switch
    {
        HandshakeStep.Challenge => (T["Find this server"], T["401 with a challenge"]),
        HandshakeStep.Resource => (T["Read what is protected"], T["Protected resource metadata"]),
        HandshakeStep.Server => (T["Read where to sign in"], T["Authorization server metadata"]),
        HandshakeStep.Client => (T["Make itself known"], T["Registration, or client ID metadata document"]),
        HandshakeStep.Authorize => (T["Send you here"], T["Authorization request"]),
        HandshakeStep.Consent => (T["Ask you, and you say yes"], T["Consent"]),
        HandshakeStep.Token => (T["Fetch its key"], T["Token request"]),
        HandshakeStep.Tools => (T["List the tools"], "tools/list"),
        _ => (T["Ask the first question"], "tools/call"),
    };

    /// <summary>Whether the client, and not the person, has to do what comes after this step.</summary>
    public static bool IsClientsTurn(HandshakeStep? reached) =>
        reached is HandshakeStep.Challenge or HandshakeStep.Resource or HandshakeStep.Consent or HandshakeStep.Token;

    public static string? NoteOf(HandshakeStep step, StepState state, HandshakeOutcome? outcome, Attempt attempt) => (step, state, outcome) switch
    {
        (HandshakeStep.Challenge, _, HandshakeOutcome.Done) => T["It had no key yet and was told where to get one, as it should."],
        (HandshakeStep.Challenge, _, HandshakeOutcome.BadToken) => T["It came with a key that is not good any more, and was told where to get one."],
        (HandshakeStep.Token, _, HandshakeOutcome.OwnToken) => T["It came with a key of yours that it had before, so it need not sign in."],
        (HandshakeStep.Consent, _, HandshakeOutcome.Elsewhere) => T["You chose another workspace than this one."],
        (_, StepState.Passed, _) when attempt.Steps.GetValueOrDefault(HandshakeStep.Token)?.Outcome == HandshakeOutcome.OwnToken => T["Not needed."],
        (HandshakeStep.Server or HandshakeStep.Client, StepState.Passed, _) => T["Not seen by itself; what came after shows that it did."],
        (_, StepState.Passed, _) => T["Not seen: the client was not given the address on this page, or left a part of it out."],
        (HandshakeStep.Consent, StepState.Waiting, _) when attempt.Last is { Step: HandshakeStep.Authorize, IsGood: true } => T["The question is open in your browser. Somebody else’s sign-in is not shown here."],
        (HandshakeStep.Call, StepState.Waiting, _) when attempt.Last is { Step: HandshakeStep.Tools } => T["Ask it something about your tables."],
        _ => null,
    };

    /// <summary>What is wrong with a step that failed.</summary>
    public static Diagnosis Of(HeardStep failed)
    {
        Diagnosis At(DoctorSide side, string text, string help) => new(failed.Step, side, text, help);
        return failed.Outcome switch
        {
            HandshakeOutcome.UnknownClient => At(DoctorSide.Client, T["It names itself by an id that this server does not know, or no longer: an unused one is forgotten after seven days."], AddAgain),
            HandshakeOutcome.WrongDocument => At(DoctorSide.Client, T["The document that describes it could not be read, or is wrong. The page that it opened says which."], T["Try again in a minute. If it stays so, tell those who make the client, or use a token: under Any other."]),
            HandshakeOutcome.WrongRedirect => At(DoctorSide.Client, T["It registered one return address and then used another. This server must not send a key to an address that it does not know."], AddAgain),
            HandshakeOutcome.WrongRequest when failed.Step == HandshakeStep.Challenge => At(DoctorSide.Person, T["It sent something as its key that is none."], NoKey),
            HandshakeOutcome.WrongRequest when failed.Step == HandshakeStep.Token => At(DoctorSide.Client, T["Its request for the key leaves something out, or has it twice."], T["Bring the client up to date. If it stays so, tell those who make it."]),
            HandshakeOutcome.WrongRequest => At(DoctorSide.Client, T["Its request to let you sign in is not as it must be: a code, and PKCE with S256."], T["Bring the client up to date. If it stays so, use a token: under Any other."]),
            HandshakeOutcome.Denied => At(DoctorSide.Person, T["You said no. Nothing was allowed."], T["Connect it again in the client if you meant to say yes."]),
            HandshakeOutcome.NotAllowed => At(DoctorSide.Person, T["You may not let clients into that workspace, or an owner has paused this one there. The page says which."], T["Ask an owner or admin of the workspace."]),
            HandshakeOutcome.WrongVerifier => At(DoctorSide.Client, T["The secret that it ended with is not the one that it began with. Two windows of it may have connected at once."], T["Close its other windows, then connect it again."]),
            HandshakeOutcome.OldCode => At(DoctorSide.Client, T["It came with a code that is not good, or no longer: a code is good once, for 60 seconds."], T["Connect it again. If that is slow each time, look for a proxy that holds its requests up."]),
            HandshakeOutcome.UsedCode => At(DoctorSide.Client, T["It used the same code twice, so what you had allowed was taken back."], AddAgain),
            HandshakeOutcome.OtherClient => At(DoctorSide.Client, T["Another client than the one that you allowed came with its code. It got nothing."], T["Connect it again. If it happens again, somebody may have the client’s return address: tell those who run this server."]),
            HandshakeOutcome.WrongTarget => At(DoctorSide.Client, T["It wants a key for another address than this server’s."], T["Give the client exactly the address on this page, then connect it again."]),
            HandshakeOutcome.MissingScope => At(DoctorSide.Person, T["You did not tick what this question needs. A good client asks you for it now."], T["Say yes to that, or connect it again and tick more."]),
            _ => At(DoctorSide.Server, T["Something went wrong on this server, not with you. Nothing was given away."], T["Try again. If it stays so, tell those who run this server."]),
        };
    }

    /// <summary>What it means that nothing more came after this step.</summary>
    public static Diagnosis OfSilence(HandshakeStep? reached) => reached switch
    {
        null => new(HandshakeStep.Challenge, DoctorSide.Network, T["Nothing of your client has come to this server at the address on this page."],
            T["Look at the address in the client, letter by letter. A client in the cloud must reach this server over the internet: a firewall, a VPN or a proxy may stand between."]),
        HandshakeStep.Challenge => new(HandshakeStep.Resource, DoctorSide.Client, T["It was told where to sign in and did not go on."],
            T["A client that knows no sign-in takes a token: under Any other. A proxy that takes the header WWW-Authenticate away does this, too."]),
        HandshakeStep.Resource => new(HandshakeStep.Client, DoctorSide.Client, T["It read what is protected, and has not sent you here since."],
            T["Look for a window that your browser has blocked. If the client says that it could not register, its return address is one that this server does not take: it must be https, or your own computer."]),
        HandshakeStep.Consent => new(HandshakeStep.Token, DoctorSide.Client, T["You said yes, and it did not come for its key."],
            T["Look at the window that your browser went to: the client must still be running there. A program on your computer must be let through by its firewall. Then connect it again."]),
        _ => new(HandshakeStep.Tools, DoctorSide.Client, T["It has its key and does not use it."],
            T["Switch the server off and on again in the client, or restart the client."]),
    };

    public static string NameOf(DoctorSide side) => side switch
    {
        DoctorSide.Client => T["The client"],
        DoctorSide.Person => T["You"],
        DoctorSide.Server => T["This server"],
        _ => T["The network"],
    };

    public static string WhereOf(DoctorSide side) => side switch
    {
        DoctorSide.Client => T["on the client’s side"],
        DoctorSide.Person => T["on your side"],
        DoctorSide.Server => T["on this server’s side"],
        _ => T["on the way here"],
    };
}
