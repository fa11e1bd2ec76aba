using System.Globalization;
using System.Text.Json;

namespace WorkspaceServer.Features.Challenges;

/// <summary>What Cloudflare says of a proof (developers.cloudflare.com/turnstile/get-started/server-side-validation).</summary>
/// <param name="SolvedAt">`challenge_ts`; null if it is missing or no time.</param>
/// <param name="Errors">`error-codes`, such as timeout-or-duplicate.</param>
internal sealed record TurnstileAnswer(bool IsGood, string Hostname, string Action, DateTimeOffset? SolvedAt, IReadOnlyList<string> Errors)
{
    /// <summary>Codes that are a fault of this server's settings and not of the person.</summary>
    private static readonly string[] OurFaults = ["missing-input-secret", "invalid-input-secret", "bad-request", "internal-error"];

    /// <summary>Whether Cloudflare looked at the proof at all.</summary>
    public bool IsAboutTheProof => IsGood || (Errors.Count > 0 && !Errors.Any(code => OurFaults.Contains(code, StringComparer.Ordinal)));

    /// <summary>Reads an answer.</summary>
    /// <returns>Null if it is none: everything but `success` may be missing.</returns>
    public static TurnstileAnswer? Read(byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object && root.TryGetProperty("success", out var success) && success.ValueKind is JsonValueKind.True or JsonValueKind.False
                ? new TurnstileAnswer(success.GetBoolean(), Text(root, "hostname"), Text(root, "action"), Time(Text(root, "challenge_ts")), Codes(root))
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Text(JsonElement root, string name) => root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static DateTimeOffset? Time(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;

    private static IReadOnlyList<string> Codes(JsonElement root) => root.TryGetProperty("error-codes", out var codes) && codes.ValueKind == JsonValueKind.Array
        ? [.. codes.EnumerateArray().Where(code => code.ValueKind == JsonValueKind.String).Select(code => code.GetString()!)]
        : [];
}
