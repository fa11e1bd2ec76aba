using System.Globalization;
using System.Text;
using System.Text.Json;
using ModelContextProtocol.Protocol;
using WorkspaceServer.Features.Samples;
using WorkspaceServer.Testing;

namespace WorkspaceServer.Tests.Attack;

/// <summary>One message with its headers.</summary>
/// <param name="IsRefused">An argument is out of its bounds, so the tool must refuse it by name.</param>
internal sealed record McpCase(byte[] Body, (string Name, string Value)[] Headers, bool IsRefused);

/// <summary>Makes JSON-RPC messages: calls of every tool at and over the bounds of its schema, other methods, and both with something broken.</summary>
internal sealed class McpCases(int seed, IReadOnlyList<Tool> tools)
{
    private static readonly string[] OtherMethods =
    [
        "tools/list", "prompts/list", "resources/list", "resources/templates/list", "resources/read", "prompts/get", "completion/complete", "ping", "initialize", "server/discover",
        "logging/setLevel", "tools/call", "resources/subscribe", "notifications/initialized", "notifications/cancelled", "sampling/createMessage", "elicitation/create", "roots/list", "tasks/get", "", "\u0000", "x",
    ];

    private static readonly string[] Junk =
    [
        "null", "true", "5", "-1", "1e999", "1.5", "99999999999999999999", "\"\"", "\"x\"", "\"\\u0000\"", "\"\\uD83D\\uDE00\"", "[]", "{}", "[[[[]]]]", "{\"a\":{\"b\":{}}}", "\"2026-07-28\"", "\"../../etc/passwd\"", "\"' OR 1=1 --\"",
        "\"workspace://schema\"", "\"workspace://table/parties\"", "\"workspace://table/%00\"", "\"file:///etc/passwd\"", "\"debtors_ageing\"", "\"list_tables\"", "{\"type\":\"ref/resource\",\"uri\":\"workspace://table/{name}\"}",
        "{\"type\":\"ref/prompt\",\"name\":\"x\"}", "{\"name\":\"name\",\"value\":\"p\"}", "{\"name\":5,\"value\":{}}", "{\"as_on\":\"2026-01-01\"}", "{\"roots\":5}", "{\"name\":\"c\",\"version\":\"1\"}", "{\"name\":\"c\",\"version\":\"1\",\"icons\":5}", "\"debug\"", "{\"month\":\"x\"}",
    ];

    private static readonly string[] Members =
        ["name", "uri", "arguments", "_meta", "cursor", "ref", "argument", "level", "protocolVersion", "capabilities", "clientInfo", "requestId", "progressToken", "context", "filter", "Name", "x"];

    private static readonly string[] Texts = ["x", "parties", "SELECT 1", "SELECT * FROM parties", "parties/P1", "\u0000", "\u202E", "\uD83D\uDE00", "' OR 1=1 --", "%s%n", "a/../b", " ", "\\", "\"", "{{x}}"];

    public McpCase Make(int number)
    {
        var random = new SeededRandom((ulong)seed * 1_000_003 + (ulong)number);
        var isModern = random.OneIn(2);
        var (method, name, parameters, isRefused) = random.Next(3) > 0 ? ToolCall(random) : Other(random);
        var meta = isModern && !random.OneIn(6) ? (parameters.Length > 2 ? "," : "") + McpCalls.Meta : "";
        var message = $$$"""{"jsonrpc":{{{(random.OneIn(20) ? random.Pick(Junk) : "\"2.0\"")}}},"id":{{{(random.OneIn(8) ? random.Pick(Junk) : "1")}}},"method":{{{JsonSerializer.Serialize(method)}}},"params":{{{parameters[..^1]}}}{{{meta}}}}}""";
        var isBroken = random.OneIn(4);
        var headers = isModern ? McpCalls.ModernHeaders(random.OneIn(15) ? "x" : method.Any(char.IsControl) ? "x" : method, name) : McpCalls.Accept;
        return new McpCase(isBroken ? Break(message, random) : Encoding.UTF8.GetBytes(message), headers, isRefused && !isBroken);
    }

    private (string Method, string? Name, string Parameters, bool IsRefused) ToolCall(SeededRandom random)
    {
        var tool = random.Pick(tools);
        var isOut = false;
        var arguments = new List<string>();
        var schema = tool.InputSchema;
        foreach (var property in schema.GetProperty("properties").EnumerateObject())
        {
            var isRequired = schema.TryGetProperty("required", out var required) && required.EnumerateArray().Any(name => name.GetString() == property.Name);
            if (random.OneIn(isRequired ? 12 : 3))
            {
                isOut |= isRequired;
                continue;
            }

            var (value, isGood) = Value(property.Value, random);
            isOut |= !isGood;
            arguments.Add($"{JsonSerializer.Serialize(property.Name)}:{value}");
        }

        if (random.OneIn(10))
        {
            isOut = true;
            arguments.Add($"\"unknown{random.Next(9)}\":{random.Pick(Junk)}");
        }

        return ("tools/call", tool.Name, $$$"""{"name":"{{{tool.Name}}}","arguments":{{{{string.Join(',', arguments)}}}}}""", isOut);
    }

    /// <summary>A value at, within or beyond a bound, or of another kind.</summary>
    private static (string Json, bool IsGood) Value(JsonElement schema, SeededRandom random)
    {
        if (random.OneIn(8))
        {
            var isText = schema.GetProperty("type").GetString() == "string";
            return (isText ? random.Pick(["null", "5", "[]", "{}", "true"]) : random.Pick(["null", "\"5\"", "[]", "1.5", "1e999", "99999999999999999999"]), false);
        }

        if (schema.GetProperty("type").GetString() == "integer")
        {
            var (min, max) = (schema.GetProperty("minimum").GetInt64(), schema.GetProperty("maximum").GetInt64());
            var number = random.Pick([min - 1, min, max, max + 1, 0, long.MinValue, long.MaxValue, min + ((max - min) / 2)]);
            return (number.ToString(CultureInfo.InvariantCulture), number >= min && number <= max);
        }

        var longest = schema.GetProperty("maxLength").GetInt32();
        var text = random.Next(8) switch
        {
            0 => "",
            1 => new string('x', longest),
            2 => new string('x', longest + 1),
            3 => new string('\u0928', Math.Min(longest, 5_000)),
            _ => random.Pick(Texts),
        };
        return (JsonSerializer.Serialize(text), text.Length is var length && length > 0 && length <= longest);
    }

    private static (string Method, string? Name, string Parameters, bool IsRefused) Other(SeededRandom random)
    {
        var members = Enumerable.Range(0, random.Next(4)).Select(_ => (Name: random.Pick(Members), Value: random.Pick(Junk))).DistinctBy(member => member.Name).ToArray();
        return (random.Pick(OtherMethods), random.OneIn(2) ? "x" : null, "{" + string.Join(',', members.Select(member => $"\"{member.Name}\":{member.Value}")) + "}", false);
    }

    private static byte[] Break(string message, SeededRandom random)
    {
        var member = random.Pick(["jsonrpc", "id", "method", "params", "name", "arguments", "_meta", "uri"]);
        var broken = random.Next(9) switch
        {
            0 => message[..random.Next(message.Length)],
            1 => message.Replace($"\"{member}\":", $"\"{member}\":{random.Pick(Junk)},\"{member}\":", StringComparison.Ordinal),
            2 => message.Replace($"\"{member}\":", $"\"{member.ToUpperInvariant()}\":", StringComparison.Ordinal),
            3 => message.Replace($"\"{member}\":", $"\"{member}\":{random.Pick(Junk)},\"x{random.Next(9)}\":", StringComparison.Ordinal),
            4 => $"[{message},{message}]",
            5 => new string('[', random.Between(1, 3_000)) + message,
            6 => string.Concat(Enumerable.Repeat("{\"params\":", random.Between(1, 500))),
            7 => message + message,
            _ => "\uFEFF" + message,
        };
        var bytes = Encoding.UTF8.GetBytes(broken);
        for (var n = random.Next(4); n > 0 && bytes.Length > 0; n--)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        }

        return bytes;
    }
}
