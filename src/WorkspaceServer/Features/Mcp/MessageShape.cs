using System.Text.Json;

namespace WorkspaceServer.Features.Mcp;

/// <summary>What a message must look like before the SDK sees it: members of the right kind, spelt exactly, and texts of bounded length.</summary>
internal static class MessageShape
{
    /// <summary>Longest name of a tool, prompt or argument, and longest method, in characters.</summary>
    public const int MaxNameLength = 200;

    /// <summary>Longest address of a resource, in characters.</summary>
    public const int MaxUriLength = 2_000;

    /// <summary>Longest beginning that is to be completed, in characters.</summary>
    public const int MaxCompletedLength = 1_000;

    // What is read here, and what the SDK fails on if it is of another kind.
    private static readonly string[] MessageMembers = ["method", "params"];
    private static readonly string[] ParameterMembers = ["name", "uri", "arguments", "_meta", "cursor", "ref", "argument"];

    // The revision that has no such methods any more says so by itself, whatever their parameters are (MCP 2026-07-28, changelog).
    private const string Stateless = "2026-07-28";
    private static readonly string[] GivenUp = ["initialize", "logging/setLevel", "resources/subscribe", "resources/unsubscribe"];

    // RFC 5424, section 6.2.1, as the protocol spells them.
    private static readonly string[] Levels = ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"];

    /// <summary>Nothing in it could be read in two ways, and the SDK does not fail, with a 500, on a member of another kind.</summary>
    public static bool IsWellFormed(JsonElement message)
    {
        if (message.ValueKind != JsonValueKind.Object || !IsExact(message, MessageMembers))
        {
            return false;
        }

        if (!message.TryGetProperty("params", out var parameters) || parameters.ValueKind == JsonValueKind.Null)
        {
            return true;
        }

        return parameters.ValueKind == JsonValueKind.Object && IsExact(parameters, ParameterMembers)
            && Is("name", parameters, JsonValueKind.String) && Is("uri", parameters, JsonValueKind.String)
            && Is("_meta", parameters, JsonValueKind.Object)
            && (Is("arguments", parameters, JsonValueKind.Object) || Is("arguments", parameters, JsonValueKind.Null));
    }

    /// <summary>What is wrong with the parameters of a well-formed request; null if nothing is, as far as this can be said for all of a method.</summary>
    /// <param name="revision">As the header MCP-Protocol-Version says; empty if it is not there.</param>
    public static string? Complaint(JsonElement message, string revision)
    {
        var parameters = Member(message, "params");
        if (revision == Stateless && GivenUp.Contains(Text(message, "method")))
        {
            return null;
        }

        return Text(message, "method") switch
        {
            "tools/call" or "prompts/get" => Missing(parameters, "name", MaxNameLength),
            "resources/read" or "resources/subscribe" or "resources/unsubscribe" => Missing(parameters, "uri", MaxUriLength),
            "tools/list" or "prompts/list" or "resources/list" or "resources/templates/list" =>
                Member(parameters, "cursor").ValueKind is JsonValueKind.Undefined or JsonValueKind.Null ? null : "There is no such cursor: lists come whole.",
            "completion/complete" => CompletionComplaint(parameters),
            "initialize" => Missing(parameters, "protocolVersion", MaxNameLength)
                ?? (Member(parameters, "capabilities").ValueKind == JsonValueKind.Object ? null : "capabilities must be an object.")
                ?? Missing(Member(parameters, "clientInfo"), "name", MaxNameLength, "clientInfo.")
                ?? Missing(Member(parameters, "clientInfo"), "version", MaxNameLength, "clientInfo."),
            "logging/setLevel" => Levels.Contains(Text(parameters, "level")) ? null : $"level must be one of {string.Join(", ", Levels)}.",
            _ => null,
        };
    }

    private static string? CompletionComplaint(JsonElement parameters)
    {
        var (reference, argument) = (Member(parameters, "ref"), Member(parameters, "argument"));
        return Text(reference, "type") switch
        {
            "ref/resource" => Missing(reference, "uri", MaxUriLength, "ref."),
            "ref/prompt" => Missing(reference, "name", MaxNameLength, "ref."),
            _ => "ref.type must be ref/resource or ref/prompt.",
        }
            ?? Missing(argument, "name", MaxNameLength, "argument.")
            ?? Missing(argument, "value", MaxCompletedLength, "argument.", min: 0);
    }

    private static string? Missing(JsonElement parent, string name, int max, string path = "", int min = 1) =>
        Member(parent, name) is { ValueKind: JsonValueKind.String } value && value.GetString()!.Length is var length && length >= min && length <= max
            ? null
            : $"{path}{name} must be a string of {min} to {max} characters.";

    /// <summary>The SDK takes "Name" for "name". What it reads and what is checked here must be the same member.</summary>
    private static bool IsExact(JsonElement parent, string[] members) => parent.EnumerateObject().All(given =>
        members.All(member => given.Name == member || !given.Name.Equals(member, StringComparison.OrdinalIgnoreCase)));

    private static bool Is(string name, JsonElement parent, JsonValueKind kind) => !parent.TryGetProperty(name, out var value) || value.ValueKind == kind;

    private static JsonElement Member(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) ? value : default;

    private static string? Text(JsonElement parent, string name) => Member(parent, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
}
