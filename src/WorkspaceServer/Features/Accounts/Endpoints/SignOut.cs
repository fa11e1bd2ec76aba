using FluentValidation;
using WorkspaceServer.Features.Accounts.Sessions;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Accounts.Endpoints;

/// <summary>POST /sign-out: ends this session on the server; a copy of its cookie is worth nothing from then on. GET /signed-out says so where people sign in elsewhere.</summary>
internal static class SignOut
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost(AccountPaths.SignOut, HandleAsync)
        .TakesForm()
        .Guarded(Authority.SignedIn, RateClasses.Pages, InputCheck.By<NoFields.Validator>(), Recording.As(AuditActions.SignedOut))
        .WithMetadata(new ReachableWithoutMfa());

    public static void MapElsewhere(IEndpointRouteBuilder routes) => routes.MapGet(AccountPaths.SignedOut, (IAccountPages pages) => pages.SignedOut(new SignedOutView()))
        .Guarded(Authority.Anyone, RateClasses.Public, InputCheck.None, Recording.Nothing("a public document"));

    private static async Task<IResult> HandleAsync(HttpContext context, SessionKeeper sessions, AccountCookies cookies, AuthOptions auth, AuditLog audit)
    {
        await Form.ReadAsync(context, new NoFields.Validator());
        var person = SignedIn.Of(context.User);
        sessions.End(person.PersonId, person.SessionId);
        await audit.RecordAsync(new AuditEntry(AuditActions.SignedOut) { Target = ("session", person.SessionId) });
        cookies.Session.Delete(context);
        // Whatever the browser still shows or keeps of the pages goes too (W3C Clear Site Data, section 3.2).
        context.Response.Headers["Clear-Site-Data"] = "\"cache\", \"storage\"";
        return SeeOther.To(auth.Mode == AuthMode.Local ? AccountPaths.SignIn : AccountPaths.SignedOut);
    }
}

/// <summary>A form that is a button and nothing else.</summary>
internal sealed record NoFields
{
    internal sealed class Validator : AbstractValidator<NoFields>;
}
