using System.Globalization;
using System.Text;
using WorkspaceServer.Commands;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Tests.Inventory;

/// <summary>Writes tests/ENDPOINTS.md from the guards of the endpoints.</summary>
internal static class EndpointsPage
{
    public static string Write(LimitsTable table)
    {
        var text = new StringBuilder();
        text.Append("# Endpoints\n\nWritten from the code by a test; run `make test ONLY=Inventory` with `UPDATE_REFERENCE=1`. The server does not start with an endpoint that lacks one of these decisions.\n\n");
        text.Append("| method | path | who | rate class | input | recorded |\n|---|---|---|---|---|---|\n");
        foreach (var (method, path, guard) in table.Endpoints)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {method} | `{path}` | {Who(guard.Authority)} | {guard.Rate.Name} | {Input(guard.Input)} | {Recorded(guard.Recording)} |\n");
        }

        return text.ToString();
    }

    private static string Who(Authority authority) => authority switch
    {
        Authority.AnyoneAuthority => "anyone",
        Authority.TokenAuthority => "bearer token",
        Authority.SignedInAuthority => "signed in",
        Authority.PermissionAuthority { Fresh: var fresh } needs => $"`{needs.Permission}`{(fresh ? ", just confirmed" : "")}",
        _ => throw new InvalidOperationException($"Say here who {authority} is."),
    };

    private static string Input(InputCheck input) => input.Validator is { } validator
        ? $"`{(validator.DeclaringType is { } outer ? outer.Name + "." : "")}{validator.Name}`"
        : $"none: {input.WhyNone}";

    private static string Recorded(Recording recording) => recording.WhyNone is { } why ? $"nothing: {why}" : string.Join(", ", recording.Actions.Select(action => $"`{action}`"));
}
