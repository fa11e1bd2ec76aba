using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Hosting.Checks;

namespace WorkspaceServer.Features.Accounts.SecondFactors;

/// <summary>Whoever runs the server has more than a password. Where people sign in elsewhere, that is up to the other side.</summary>
internal sealed class SecondFactorCheck(AuthOptions options, PeopleStore people) : QuickCheck
{
    private const string Setting = "Auth:RequireMfaForOperators";

    protected override Finding Look(CheckRequest request)
    {
        if (!options.RequireMfaForOperators)
        {
            return Finding.Warn("A password alone opens the pages of those who run the server.", Setting, $"set {Setting} to true") with { IsOff = true };
        }

        if (options.Mode != AuthMode.Local)
        {
            return Finding.Ok("asked for at each sign-in of those who run the server, where the provider says how they signed in", Setting);
        }

        var (all, without) = people.CountOperators();
        return without == 0
            ? Finding.Ok(all switch { 0 => "nobody runs the server yet", 1 => "the one who runs the server has one", _ => $"all {all} who run the server have one" }, Setting)
            : Finding.Warn($"{without} of {all} who run the server have none yet; until then they reach only the page where they set one up.", Setting, "let them sign in and set it up, or suspend them: workspace-server user list");
    }
}
