using System.Globalization;
using System.Security.Claims;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Accounts;

/// <summary>The person behind a request, as their session says.</summary>
/// <param name="AuthenticatedAt">When they last proved who they are.</param>
/// <param name="HasMfa">Whether this session was opened with a second factor or a passkey.</param>
internal sealed record SignedIn(
    string PersonId, string Email, string Name, SystemRole Role, string SessionId, DateTimeOffset AuthenticatedAt, bool HasMfa)
{
    /// <summary>The person behind this request.</summary>
    /// <exception cref="InvalidOperationException">There is none; such a request must not come this far.</exception>
    public static SignedIn Of(ClaimsPrincipal? user) =>
        OrNull(user) ?? throw new InvalidOperationException("Nobody is signed in for this request.");

    public static SignedIn? OrNull(ClaimsPrincipal? user) => user?.Identities.OfType<Identity>().FirstOrDefault()?.Person;

    public ClaimsPrincipal ToPrincipal() => new(new Identity(this));

    private sealed class Identity(SignedIn person) : ClaimsIdentity(
        [
            new Claim(ClaimTypes.NameIdentifier, person.PersonId),
            new Claim(FreshAuthentication.ClaimType, person.AuthenticatedAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)),
        ],
        Schemes.Session)
    {
        public SignedIn Person => person;
    }
}
