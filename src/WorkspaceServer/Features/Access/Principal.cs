using System.Security.Claims;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Features.Access;

/// <summary>Who asks: the only thing that authority is ever decided by.</summary>
internal abstract record Principal
{
    /// <summary>Whoever runs the program on the server's machine and can read its master key.</summary>
    public static Principal Operator { get; } = new OperatorPrincipal();

    /// <summary>Its id, for records; null for the operator.</summary>
    public abstract string? Id { get; }

    /// <summary>The id of the person, if it is one.</summary>
    public string? PersonId => (this as PersonPrincipal)?.PersonKey;

    public static Principal Person(string id) => new PersonPrincipal(id);

    /// <param name="ceiling">What its scopes allow.</param>
    /// <param name="createdBy">The member who made it and whose permissions bound it; null if the operator made it.</param>
    public static Principal Token(string id, WorkspaceId workspace, PermissionSet ceiling, string? createdBy) =>
        new TokenPrincipal(id, workspace, ceiling, createdBy);

    /// <summary>Who sent this request; null if nobody whom we know.</summary>
    public static Principal? Of(ClaimsPrincipal? user) => user?.Identity switch
    {
        PrincipalIdentity { Principal: var principal } => principal,
        ClaimsIdentity { AuthenticationType: Schemes.Session } session when session.FindFirst(ClaimTypes.NameIdentifier) is { } id => Person(id.Value),
        _ => null,
    };

    internal sealed record PersonPrincipal(string PersonKey) : Principal
    {
        public override string Id => PersonKey;
    }

    internal sealed record TokenPrincipal(string TokenId, WorkspaceId Workspace, PermissionSet Ceiling, string? CreatedBy) : Principal
    {
        public override string Id => TokenId;
    }

    internal sealed record OperatorPrincipal : Principal
    {
        public override string? Id => null;
    }
}

/// <summary>An identity that knows its principal.</summary>
internal abstract class PrincipalIdentity(string id, string authenticationType)
    : ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, id)], authenticationType)
{
    public abstract Principal Principal { get; }
}
