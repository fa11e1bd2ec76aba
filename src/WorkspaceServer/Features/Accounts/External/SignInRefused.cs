using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Accounts.External;

/// <summary>Why somebody was not signed in: the answer to the caller, and for the audit log the reason in one word, which may say more than the answer.</summary>
internal sealed class SignInRefused : Exception
{
    private SignInRefused(ProblemCode code, string reason, string detail)
        : base(detail)
    {
        Code = code;
        Reason = reason;
    }

    public ProblemCode Code { get; }

    /// <summary>One word of ours, never text that came from outside.</summary>
    public string Reason { get; }

    /// <summary>The address that the provider sent the browser back to does not belong to a sign-in that this browser began and has not finished.</summary>
    public static SignInRefused State(string reason) =>
        new(ProblemCodes.SignInState, reason, "This sign-in was not begun in this browser, is too old, or was used before. Start it again.");

    /// <summary>The token or code of the provider does not prove anything.</summary>
    public static SignInRefused Proof(string reason) =>
        new(ProblemCodes.SignInRefused, reason, "The identity provider's answer could not be verified. Start the sign-in again.");

    /// <summary>The provider itself says no, or the person did.</summary>
    public static SignInRefused ByProvider(string reason) =>
        new(ProblemCodes.SignInRefused, reason, "The identity provider did not sign you in. Start the sign-in again.");

    /// <summary>The provider is down, slow, or answers what cannot be used.</summary>
    public static SignInRefused ProviderUnavailable(string reason) =>
        new(ProblemCodes.ProviderUnavailable, reason, "The identity provider does not answer as it should. Try again in a minute.");

    /// <summary>We know who it is, and that this person may not come in.</summary>
    public static SignInRefused NotAdmitted(string reason, string detail) => new(ProblemCodes.NotAdmitted, reason, detail);
}
