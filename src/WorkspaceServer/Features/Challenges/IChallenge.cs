using WorkspaceServer.Dashboard;
using WorkspaceServer.Hosting;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Challenges;

/// <summary>Tells people from programs before a form that strangers send does something. One is chosen by <see cref="ChallengeOptions.Provider"/>.</summary>
internal interface IChallenge
{
    /// <summary>What the form shows; null if it shows nothing.</summary>
    /// <param name="action">Which form it is, one of <see cref="ChallengeActions"/>. A proof for one is none for another.</param>
    VendorWidget? Widget(string action);

    /// <summary>Checks the proof that came with a form, and uses it up.</summary>
    /// <returns>What to say beside the form; null if it is good.</returns>
    Task<FormProblems?> CheckAsync(HttpContext context, string action, string proof);
}

/// <summary>The forms that strangers send, as their proofs name them: up to 32 letters, digits, - and _.</summary>
internal static class ChallengeActions
{
    public const string Register = "register";
    public const string ForgotPassword = "forgot-password";
    public const string SignInLink = "sign-in-link";
}

/// <summary>Asks for nothing, and takes nothing.</summary>
internal sealed class NoChallenge : IChallenge
{
    public VendorWidget? Widget(string action) => null;

    public Task<FormProblems?> CheckAsync(HttpContext context, string action, string proof) => Task.FromResult(proof.Length == 0 ? null : FormProblems.Whole(T["This form asks for no proof. Load the page again."]));
}
