namespace WorkspaceServer.Features.Accounts.External;

/// <summary>What the provider sends along with the browser (OpenID Connect Core 1.0, sections 3.1.2.5 and 3.1.2.6).</summary>
/// <param name="Code">Null if the provider refused; what it gives as its reason is text that came with an address, and is not read.</param>
internal sealed record OidcAnswer(string State, string? Code, string? Issuer)
{
    /// <summary>Longest code and issuer, in characters. Entra's codes have about a thousand.</summary>
    private const int MaxLength = 4096;

    /// <exception cref="SignInRefused">A parameter is there twice, too long, or missing.</exception>
    public static OidcAnswer Read(IQueryCollection query)
    {
        var (state, code, issuer) = (One(query, "state", SignInAttempt.Length), One(query, "code", MaxLength), One(query, "iss", MaxLength));
        var isError = One(query, "error", MaxLength) is not null;
        return state is not null && isError != (code is not null) ? new OidcAnswer(state, code, issuer) : throw SignInRefused.State("malformed_answer");
    }

    private static string? One(IQueryCollection query, string name, int maxLength)
    {
        var values = query[name];
        return values.Count <= 1 && (values.Count == 0 || values[0] is { Length: > 0 } value && value.Length <= maxLength)
            ? values.Count == 0 ? null : values[0]
            : throw SignInRefused.State("malformed_answer");
    }
}
