using WorkspaceServer.Hosting.Checks;

namespace WorkspaceServer.Features.Public;

/// <summary>People are told where to complain.</summary>
internal sealed class GrievanceCheck(PublicOptions options) : QuickCheck
{
    protected override Finding Look(CheckRequest request) => options.GrievanceContact.Length > 0
        ? Finding.Ok($"complaints go to {options.GrievanceContact}", "Public:GrievanceContact")
        : Finding.Warn("Nobody is told where to complain: there is no page /legal/grievance.", "Public:GrievanceContact", "set Public:GrievanceContact, such as mailto:grievance@example.in, and Public:GrievanceOfficer");
}
