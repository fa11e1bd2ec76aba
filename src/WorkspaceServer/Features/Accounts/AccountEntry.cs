using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Audit;

namespace WorkspaceServer.Features.Accounts;

/// <summary>Rows of the audit log about a person's account.</summary>
internal static class AccountEntry
{
    /// <summary>Done by the person themselves, who has no session yet to say so.</summary>
    public static AuditEntry By(AuditAction action, Person person) => About(action, person) with { Actor = new AuditActor("person", person.Id, person.Name) };

    /// <summary>Done to their account, by whoever the request's scope names.</summary>
    public static AuditEntry About(AuditAction action, Person? person) => About(action, person?.Id);

    public static AuditEntry About(AuditAction action, string? personId) => new(action) { Target = personId is null ? null : ("person", personId) };
}
