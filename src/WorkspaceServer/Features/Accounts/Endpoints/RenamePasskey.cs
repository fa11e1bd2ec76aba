using FluentValidation;
using WorkspaceServer.Features.Accounts.Passkeys;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Accounts.Endpoints;

/// <summary>POST /account/passkeys/rename: gives one of this person's passkeys another name.</summary>
internal static class RenamePasskey
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost(AccountPaths.RenamePasskey, HandleAsync)
        .TakesForm()
        .Guarded(Authority.SignedIn, RateClasses.Pages, InputCheck.By<Validator>(), Recording.As(AuditActions.PasskeyRenamed));

    private static async Task<IResult> HandleAsync(HttpContext context, PasskeyKeeper passkeys, AuditLog audit)
    {
        var (form, problems) = await Form.ReadAsync(context, new Validator());
        var person = SignedIn.Of(context.User);
        if (problems is null && form.Name.Trim() is { Length: > 0 } name && passkeys.Rename(person.PersonId, form.Id, name))
        {
            await audit.RecordAsync(AccountEntry.About(AuditActions.PasskeyRenamed, person.PersonId) with { Details = [("name", name)] });
        }

        return SeeOther.To(AccountPaths.Passkeys);
    }

    internal sealed record Fields(string Id, string Name);

    internal sealed class Validator : AbstractValidator<Fields>
    {
        public Validator()
        {
            RuleFor(form => form.Id).Matches("^[0-9a-f]{32}$");
            RuleFor(form => form.Name).IsPasskeyName();
        }
    }
}
