using System.Security.Claims;
using FluentValidation;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Sandbox;

namespace WorkspaceServer.Features.Tables.Console;

/// <param name="Name">As people find it again.</param>
internal sealed record QuestionToSave(string Name, string Sql)
{
    /// <summary>Longest name, in characters.</summary>
    public const int MaxNameLength = 100;

    public static string NameRule { get; } = $"Give a name of 1 to {MaxNameLength} characters.";

    public static bool IsName(string text) => text.Trim().Length is > 0 and <= MaxNameLength && !text.Any(char.IsControl);

    internal sealed class Validator : AbstractValidator<QuestionToSave>
    {
        public Validator()
        {
            RuleFor(question => question.Name).Must(IsName).WithMessage(NameRule);
            RuleFor(question => question.Sql).Length(1, SandboxLimits.MaxSqlBytes).WithMessage("Write a SELECT first.");
        }
    }
}

/// <summary>Keeps questions for everybody in a workspace.</summary>
internal sealed class SavedQuestions(QuestionStore store, Policy policy, TimeProvider clock)
{
    /// <exception cref="ProblemException">The name is taken, or there are as many as may be.</exception>
    public SavedQuestion Save(ClaimsPrincipal user, WorkspaceId workspace, QuestionToSave question)
    {
        var now = clock.GetUtcNow();
        var saved = new SavedQuestion(Guid.CreateVersion7(now).ToString("n"), question.Name.Trim(), question.Sql, Principal.Of(user)!.PersonId!, "", now);
        var entry = new AuditEntry(AuditActions.QuestionSaved) { Target = ("question", saved.Id), Workspace = workspace, Details = [("name", saved.Name)] };
        return store.Save(workspace, saved, entry)
            ? saved
            : throw NameIsTaken();
    }

    public static ProblemException NameIsTaken() =>
        new(ProblemCodes.AlreadyExists, $"There is a question of that name, or {QuestionStore.MaxSaved} are saved already. Choose another name, or remove one.");

    /// <exception cref="ProblemException">There is no such question, or it is another member's.</exception>
    public void Forget(ClaimsPrincipal user, WorkspaceId workspace, string id)
    {
        var saved = store.FindSaved(workspace, id) ?? throw NoQuestion();
        if (!MayForget(user, workspace, saved))
        {
            throw new ProblemException(ProblemCodes.Forbidden, "Somebody else saved this question. They can remove it, and so can an admin.");
        }

        if (!store.Forget(workspace, id, new AuditEntry(AuditActions.QuestionDeleted) { Target = ("question", id), Workspace = workspace, Details = [("name", saved.Name)] }))
        {
            throw NoQuestion();
        }
    }

    public bool MayForget(ClaimsPrincipal user, WorkspaceId workspace, SavedQuestion saved) =>
        saved.SavedBy == Principal.Of(user)!.PersonId || policy.May(Principal.Of(user)!, Permissions.WorkspaceSettings, workspace).IsAllowed;

    private static ProblemException NoQuestion() => new(ProblemCodes.NotFound, "There is no such question. Look at the list of saved ones.");
}
