using System.Globalization;
using System.Text;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Tests.Access;

/// <summary>Writes tests/AUTHORITY.md: what each endpoint answers whom, as its guard and the roles say.</summary>
internal static class AuthorityTable
{
    /// <summary>Who calls, in the order of the columns.</summary>
    public static readonly IReadOnlyList<string> Callers =
        ["nobody", "token", "agent", "stranger", "viewer", "member", "admin", "owner", "super admin", "with a support grant"];

    public static string Write(IReadOnlyList<GuardedEndpoint> endpoints)
    {
        var text = new StringBuilder("# Who may call what\n\n");
        text.Append(
            """
            Written by a test from the endpoints' guards and the roles, and checked by calling every endpoint as everybody. Change those, then run `make test` with
            `UPDATE_REFERENCE=1`. "yes": reaches the endpoint; 401: sign in first; 403: a member who may not; 404: as if there were nothing there. A stranger is
            signed in and no member, as is a super admin. "fresh" asks for a proof of who one is that is younger than 15 minutes.

            ## Endpoints


            """);
        text.Append("| method | path | needs | ").AppendJoin(" | ", Callers).Append(" |\n|---|---|---|").Append(string.Concat(Callers.Select(_ => "---|"))).Append('\n');
        foreach (var endpoint in endpoints)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {endpoint.Method} | `{endpoint.Path}` | {Needs(endpoint.Guard.Authority)} | ")
                .AppendJoin(" | ", Callers.Select(caller => Shown(Expected(endpoint.Guard.Authority, caller)))).Append(" |\n");
        }

        text.Append("\n## Permissions\n\n| permission | opens | ").AppendJoin(" | ", Roles.All.Select(Roles.NameOf)).Append(" | support grant |\n|---|---|");
        text.Append(string.Concat(Roles.All.Select(_ => "---|"))).Append("---|\n");
        foreach (var permission in Permissions.All)
        {
            text.Append(CultureInfo.InvariantCulture, $"| `{permission.Name}` | {permission.Meaning.English} | ")
                .AppendJoin(" | ", Roles.All.Select(role => Roles.PermissionsOf(role).Contains(permission) ? "yes" : ""))
                .Append(CultureInfo.InvariantCulture, $" | {(Permissions.UnderSupport.Contains(permission) ? "yes" : "")} |\n");
        }

        return text.ToString();
    }

    /// <summary>The status that refuses this caller; null if the endpoint is reached.</summary>
    public static int? Expected(Authority authority, string caller) => (authority, caller) switch
    {
        (Authority.AnyoneAuthority, _) => null,
        (Authority.TokenAuthority, "token") => null,
        (Authority.AgentAuthority, "agent") => null,
        (Authority.LinkAuthority, _) => 404, // without a link that is signed there is nothing; with one: DownloadLinkTests
        (Authority.TokenAuthority, "agent") => 400, // longer than any token that opens this
        (_, "nobody" or "token" or "agent") or (Authority.TokenAuthority or Authority.AgentAuthority, _) => 401,
        (Authority.SignedInAuthority, _) => null,
        (Authority.PermissionAuthority needed, _) => Expected(Permissions.Get(needed.Permission), caller),
        _ => throw new InvalidOperationException($"Unknown authority {authority}."),
    };

    private static int? Expected(Permission permission, string caller) => caller switch
    {
        "super admin" => permission.IsSystem ? null : 404,
        "with a support grant" => permission.IsSystem || Permissions.UnderSupport.Contains(permission) ? null : 403,
        "stranger" => permission.IsSystem ? 403 : 404,
        _ => Roles.PermissionsOf(Roles.Parse(caller)).Contains(permission) ? null : 403,
    };

    private static string Needs(Authority authority) => authority switch
    {
        Authority.AnyoneAuthority => "nothing",
        Authority.TokenAuthority => "a token",
        Authority.AgentAuthority => "a paired agent",
        Authority.LinkAuthority link => "a signed link" + (link.Permission is null ? "" : $" of somebody with `{link.Permission}`"),
        Authority.SignedInAuthority signedIn => "a session" + (signedIn.Fresh ? ", fresh" : ""),
        Authority.PermissionAuthority needed => $"`{needed.Permission}`" + (needed.Fresh ? ", fresh" : ""),
        _ => throw new InvalidOperationException($"Unknown authority {authority}."),
    };

    private static string Shown(int? status) => status?.ToString(CultureInfo.InvariantCulture) ?? "yes";
}
