using System.Data.Common;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Hosting.Checks;

/// <summary>One check by its name, made only when it is its turn: what it needs may be what is broken.</summary>
internal sealed record CheckEntry(string Name, CheckReach Reach, bool IsOfHost, Func<IServiceProvider, ICheck> Make)
{
    /// <summary>Ids of the claims that it watches in the running server.</summary>
    public IReadOnlyList<string> Claims { get; init; } = [];
}

/// <summary>Makes every check, in the order in which they were added: causes come before what follows from them.</summary>
internal sealed class Checkup(IEnumerable<CheckEntry> entries, IServiceProvider services)
{
    public async Task<IReadOnlyList<Finding>> RunAsync(CheckRequest request, CancellationToken cancel)
    {
        var findings = new List<Finding>();
        foreach (var entry in entries.Where(entry => entry.Reach <= request.Reach && (entry.IsOfHost ? request.Host : request.Server)))
        {
            var found = await LookAsync(entry, request, findings, cancel);
            findings.AddRange(found.Select(finding => finding.Check.Length > 0 ? finding : finding with { Check = entry.Name }));
        }

        return findings;
    }

    private async Task<IReadOnlyList<Finding>> LookAsync(CheckEntry entry, CheckRequest request, List<Finding> before, CancellationToken cancel)
    {
        try
        {
            return await entry.Make(services).LookAsync(request, cancel);
        }
        catch (Exception error) when (error is ProblemException or VaultException or IOException or UnauthorizedAccessException or DbException)
        {
            var finding = Finding.Fail(error);
            // The same failure again: it was named where it arose, and naming it ten times would hide that.
            return before.Find(each => each.State == CheckState.Fail && each.Text == finding.Text) is { } cause
                ? [new Finding(CheckState.Skipped, $"not looked at: {cause.Check} comes first")]
                : [finding];
        }
    }
}

/// <summary>Adds checks.</summary>
internal static class CheckupServices
{
    /// <param name="claims">Ids of the claims that it watches.</param>
    public static void AddCheck<TCheck>(this IServiceCollection services, string name, CheckReach reach = CheckReach.Quick, bool isOfHost = false, IReadOnlyList<string>? claims = null)
        where TCheck : ICheck => services.AddSingleton(new CheckEntry(name, reach, isOfHost, provider => ActivatorUtilities.CreateInstance<TCheck>(provider)) { Claims = claims ?? [] });
}
