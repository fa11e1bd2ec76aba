namespace WorkspaceServer.Features.Tokens.Handshakes;

/// <summary>What an AI client does to connect, in its order (MCP 2026-07-28, Authorization).</summary>
public enum HandshakeStep
{
    /// <summary>It asked without a key and was told where to get one: 401 with WWW-Authenticate.</summary>
    Challenge,

    /// <summary>It read the metadata of the protected resource (RFC 9728).</summary>
    Resource,

    /// <summary>It read the metadata of the authorization server (RFC 8414). Carries no mark, so it is known only from what follows.</summary>
    Server,

    /// <summary>It registered (RFC 7591), or its document was read. Known when it sends the person here.</summary>
    Client,

    /// <summary>It sent the person here.</summary>
    Authorize,

    /// <summary>The person said yes.</summary>
    Consent,

    /// <summary>It fetched tokens for its code.</summary>
    Token,

    /// <summary>tools/list.</summary>
    Tools,

    /// <summary>The first tools/call.</summary>
    Call,
}

/// <summary>How a step went. There are no other texts: nothing that a caller wrote is kept of a step.</summary>
public enum HandshakeOutcome
{
    Done,

    /// <summary>It came with a key that is not good, and was told where to get one.</summary>
    BadToken,

    /// <summary>It came with a key that it had before, so it need not sign in.</summary>
    OwnToken,

    /// <summary>What it sent is not what the standard asks for.</summary>
    WrongRequest,

    UnknownClient,

    WrongDocument,

    WrongRedirect,

    /// <summary>The person said no.</summary>
    Denied,

    /// <summary>The person may not let clients in there, or an owner has paused this one.</summary>
    NotAllowed,

    /// <summary>The person chose another workspace than the one that they watch from.</summary>
    Elsewhere,

    WrongVerifier,

    OldCode,

    UsedCode,

    OtherClient,

    /// <summary>It asked for a token for something that is not this server.</summary>
    WrongTarget,

    MissingScope,

    /// <summary>The server failed.</summary>
    ServerFault,
}

/// <summary>One step of one try.</summary>
public sealed record HeardStep(HandshakeStep Step, HandshakeOutcome Outcome, DateTimeOffset At)
{
    public bool IsGood => Outcome is HandshakeOutcome.Done or HandshakeOutcome.OwnToken or HandshakeOutcome.BadToken or HandshakeOutcome.Elsewhere;
}
