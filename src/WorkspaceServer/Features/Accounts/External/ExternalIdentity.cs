using System.Globalization;
using Microsoft.IdentityModel.JsonWebTokens;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Accounts.External;

/// <summary>Who signed in, as the identity provider vouches for it. Issuer and subject are who it is; the rest is only what is known of them.</summary>
/// <param name="VerifiedEmail">Their e-mail address, if the provider says that it is theirs; null otherwise.</param>
/// <param name="SessionId">The provider's own session, whose end ends ours; null where it names none.</param>
/// <param name="AuthenticatedAt">When they proved to the provider who they are; null where it does not say.</param>
/// <param name="HasMfa">Whether that took more than a password; null where the provider does not say.</param>
internal sealed record ExternalIdentity(
    string Issuer, string Subject, string? VerifiedEmail, string Name, string? SessionId, DateTimeOffset? AuthenticatedAt, bool? HasMfa)
{
    /// <summary>Longest session id, in characters.</summary>
    private const int MaxSessionIdLength = 255;

    private const int MaxNumberLength = 20;

    // Microsoft's claim for "the domain of this address belongs to the tenant"; Entra's email claim alone is whatever somebody typed.
    private static readonly string[] VerifiedClaims = ["email_verified", "xms_edov"];

    public static ExternalIdentity Of(JsonWebToken token)
    {
        var email = Text(token, "email", EmailAddress.MaxLength);
        var isVerified = VerifiedClaims.Any(claim => Text(token, claim, MaxNumberLength) is { } value && (value == "1" || value.Equals("true", StringComparison.OrdinalIgnoreCase)));
        var ages = Values(token, "fva").Select(age => long.TryParse(age, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var minutes) ? minutes : -1).ToArray();
        return new ExternalIdentity(
            token.Issuer,
            token.Subject,
            isVerified && EmailAddress.IsValid(email) ? email : null,
            Text(token, "name", Person.MaxNameLength) ?? "",
            Text(token, "sid", MaxSessionIdLength),
            ProvedAt(token, ages),
            HadSecondFactor(token, ages));
    }

    /// <summary>A claim as text; null if it is missing, longer than it may be, or holds control characters.</summary>
    public static string? Text(JsonWebToken token, string claim, int maxLength) =>
        token.TryGetClaim(claim, out var found) && found.Value.Length > 0 && found.Value.Length <= maxLength && !found.Value.Any(char.IsControl) ? found.Value : null;

    private static string[] Values(JsonWebToken token, string claim) => [.. token.Claims.Where(found => found.Type == claim).Select(found => found.Value)];

    // Clerk's fva: minutes since the first and since the second factor were shown, -1 for never. Others say auth_time.
    private static DateTimeOffset? ProvedAt(JsonWebToken token, long[] ages)
    {
        if (ages is [>= 0 and <= int.MaxValue, ..])
        {
            return new DateTimeOffset(token.IssuedAt, TimeSpan.Zero).AddMinutes(-ages[0]);
        }

        return long.TryParse(Text(token, "auth_time", MaxNumberLength), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= uint.MaxValue
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;
    }

    // RFC 8176: "pwd" is a password; whatever else is named is something that one has or is.
    private static bool? HadSecondFactor(JsonWebToken token, long[] ages)
    {
        if (ages.Length == 2)
        {
            return ages[1] >= 0;
        }

        return Values(token, "amr") is { Length: > 0 } methods ? methods.Any(method => method != "pwd") : null;
    }
}
