using System.Security.Cryptography;

namespace WorkspaceServer.Features.Smoke;

/// <summary>What everything that one smoke test makes is called, so that all of it is found again.</summary>
/// <param name="Id">32 hexadecimal digits that nobody can guess.</param>
internal sealed record SmokeNames(string Id)
{
    private const int IdBytes = 16;

    /// <summary>Of the workspace, the agent and the AI client.</summary>
    public string Name => $"Smoke test {Id}";

    /// <summary>Nobody can have an address of .invalid (RFC 2606, section 2), and no mail goes to one.</summary>
    public string Email => $"smoke-{Id}@smoke.invalid";

    public static SmokeNames New() => new(RandomNumberGenerator.GetHexString(IdBytes * 2, lowercase: true));
}
