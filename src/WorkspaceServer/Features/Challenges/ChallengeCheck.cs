using WorkspaceServer.Hosting.Checks;

namespace WorkspaceServer.Features.Challenges;

/// <summary>Who tells people from programs on the forms of strangers. Nobody is asked: a check sends nothing.</summary>
internal sealed class ChallengeCheck(ChallengeOptions options) : QuickCheck
{
    protected override Finding Look(CheckRequest request) => options.Provider == ChallengeProvider.None
        ? Finding.Ok("none: forms of strangers are guarded by the limits alone", "Challenge:Provider")
        : Finding.Ok("Turnstile: forms of strangers take a proof by Cloudflare", "Challenge:Provider");
}
