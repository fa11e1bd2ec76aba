using System.Security.Cryptography;
using Microsoft.AspNetCore.WebUtilities;

namespace WorkspaceServer.Features.Accounts.External;

/// <summary>One sign-in on its way to the provider and back. The browser keeps the state, the provider hears state and nonce, the verifier stays here.</summary>
/// <param name="IsFresh">The provider must ask for a proof, even if it knows the browser (step-up).</param>
internal sealed record SignInAttempt(string State, string Nonce, string CodeVerifier, bool IsFresh)
{
    /// <summary>How long a person may take at the provider.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private const int SecretBytes = 32;

    /// <summary>Length of each of the three, in characters: 256 bits as base64url.</summary>
    public const int Length = 43;

    public static SignInAttempt New(bool isFresh = false) => new(Secret(), Secret(), Secret(), isFresh);

    private static string Secret() => WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(SecretBytes));
}

/// <summary>What is kept of an attempt until the browser comes back.</summary>
/// <param name="ReturnTo">Path on this server where the person wanted to go.</param>
internal sealed record StartedSignIn(string Nonce, string CodeVerifier, bool IsFresh, string ReturnTo);
