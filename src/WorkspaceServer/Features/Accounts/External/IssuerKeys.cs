using Microsoft.IdentityModel.Tokens;

namespace WorkspaceServer.Features.Accounts.External;

/// <summary>The public keys that a provider signs with (RFC 7517), found by their name.</summary>
internal sealed class IssuerKeys : IDisposable
{
    /// <summary>Most keys in a set.</summary>
    public const int MaxKeys = 64;

    /// <summary>Shortest RSA key that is believed, in bits (RFC 7518, section 3.3).</summary>
    public const int MinRsaBits = 2048;

    private readonly IssuerDocument<IReadOnlyList<JsonWebKey>> keys;

    /// <param name="address">Finds the address of the key set, which may itself stand in a document of the provider's.</param>
    public IssuerKeys(IssuerHttp http, Func<Task<Uri>> address, TimeProvider clock) =>
        keys = new IssuerDocument<IReadOnlyList<JsonWebKey>>(async () => Parse(await http.GetAsync(await address())), clock);

    /// <summary>The key of this name for this algorithm; null if the provider has none, not even after a fresh look.</summary>
    public async Task<SecurityKey?> FindAsync(string keyId, string algorithm, CancellationToken cancel) =>
        Find(await keys.GetAsync(cancel), keyId, algorithm) ?? Find(await keys.FetchAsync(cancel), keyId, algorithm);

    /// <exception cref="SignInRefused">The text is no key set, or a larger one than is read.</exception>
    public static IReadOnlyList<JsonWebKey> Parse(string text)
    {
        IList<JsonWebKey> all;
        try
        {
            all = JsonWebKeySet.Create(text).Keys;
        }
        catch (Exception error) when (error is ArgumentException or FormatException)
        {
            throw SignInRefused.ProviderUnavailable("malformed_keys");
        }

        return all.Count <= MaxKeys ? [.. all.Where(IsUsable)] : throw SignInRefused.ProviderUnavailable("too_many_keys");
    }

    private static JsonWebKey? Find(IReadOnlyList<JsonWebKey> known, string keyId, string algorithm) =>
        known.FirstOrDefault(key => key.Kid == keyId && key.Kty == KeyTypeOf(algorithm) && (key.Alg is null or "" || key.Alg == algorithm));

    private static string KeyTypeOf(string algorithm) => algorithm == SecurityAlgorithms.RsaSha256 ? JsonWebAlgorithmsKeyTypes.RSA : JsonWebAlgorithmsKeyTypes.EllipticCurve;

    // A set may also hold keys of kinds that we do not know; those are passed over (RFC 7517, section 5).
    private static bool IsUsable(JsonWebKey key)
    {
        if (string.IsNullOrEmpty(key.Kid) || key.Use is not (null or "" or JsonWebKeyUseNames.Sig))
        {
            return false;
        }

        try
        {
            return key.Kty switch
            {
                JsonWebAlgorithmsKeyTypes.RSA => key.KeySize >= MinRsaBits,
                JsonWebAlgorithmsKeyTypes.EllipticCurve => key.Crv == JsonWebKeyECTypes.P256,
                _ => false,
            };
        }
        catch (FormatException)
        {
            return false;
        }
    }

    public void Dispose() => keys.Dispose();
}
