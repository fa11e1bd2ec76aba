using System.Globalization;
using System.Text;
using WorkspaceServer.Features.Operator;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Tests.Inventory;

/// <summary>Writes tests/ENDPOINTS.md from the guards of the endpoints.</summary>
internal static class EndpointsPage
{
    /// <param name="table">Of the server as it comes.</param>
    /// <param name="modes">Of servers whose people sign in in another way; only what differs is written of them.</param>
    public static string Write(LimitsTable table, params (string Mode, LimitsTable Table)[] modes)
    {
        var text = new StringBuilder();
        text.Append("# Endpoints\n\nWritten from the code by a test; run `make test ONLY=Inventory` with `UPDATE_REFERENCE=1`. The server does not start with an endpoint that lacks one of these decisions.\n\n");
        var rows = Rows(table);
        WriteRows(text, rows);
        foreach (var (mode, other) in modes)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## Only when Auth:Mode is {mode}\n\n");
            WriteRows(text, Rows(other).Except(rows));
        }

        return text.ToString();
    }

    private static string[] Rows(LimitsTable table) =>
    [
        .. table.Endpoints.Select(each => string.Create(
            CultureInfo.InvariantCulture,
            $"| {each.Method} | `{each.Path}` | {Who(each.Guard.Authority)} | {each.Guard.Rate.Name} | {Input(each.Guard.Input)} | {Recorded(each.Guard.Recording)} |\n")),
    ];

    private static void WriteRows(StringBuilder text, IEnumerable<string> rows) =>
        text.Append("| method | path | who | rate class | input | recorded |\n|---|---|---|---|---|---|\n").AppendJoin("", rows);

    private static string Who(Authority authority) => authority switch
    {
        Authority.AnyoneAuthority => "anyone",
        Authority.TokenAuthority => "bearer token",
        Authority.AgentAuthority => "a paired agent",
        Authority.SignedInAuthority => "signed in",
        Authority.LinkAuthority { Permission: { } permission } => $"a link of somebody with `{permission}`",
        Authority.LinkAuthority => "a link of somebody",
        Authority.PermissionAuthority { Fresh: var fresh } needs => $"`{needs.Permission}`{(fresh ? ", just confirmed" : "")}",
        _ => throw new InvalidOperationException($"Say here who {authority} is."),
    };

    private static string Input(InputCheck input) => input.Validator is { } validator
        ? $"`{(validator.DeclaringType is { } outer ? outer.Name + "." : "")}{validator.Name}`"
        : $"none: {input.WhyNone}";

    private static string Recorded(Recording recording) => recording.WhyNone is { } why ? $"nothing: {why}" : string.Join(", ", recording.Actions.Select(action => $"`{action}`"));
}
