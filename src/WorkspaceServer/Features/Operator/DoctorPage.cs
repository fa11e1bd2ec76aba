using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Operator.Pages;
using WorkspaceServer.Hosting;
using WorkspaceServer.Hosting.Checks;

namespace WorkspaceServer.Features.Operator;

/// <summary>GET /operator/doctor: the quick checks of `doctor`, made now; what is wrong comes first, each with what mends it.</summary>
internal static class DoctorPage
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/operator/doctor", async (Checkup checkup, CancellationToken cancel) =>
        {
            var findings = await checkup.RunAsync(new CheckRequest(CheckReach.Quick), cancel);
            return Page.Of<OperatorDoctorPage>(new DoctorModel(
                [.. findings.OrderBy(finding => finding.State switch { CheckState.Fail => 0, CheckState.Warn => 1, CheckState.Skipped => 2, _ => 3 })
                    .Select(finding => new DoctorFinding(finding.State.ToString(), finding.Check, finding.Text, finding.About, finding.Cure))]));
        })
        .Guarded(Authority.Needs(Permissions.SystemSettings.Name), RateClasses.Pages, InputCheck.None, Recording.Nothing("reads only"));
}
