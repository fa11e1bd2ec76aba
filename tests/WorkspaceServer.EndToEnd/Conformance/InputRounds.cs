using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;

namespace WorkspaceServer.EndToEnd.Conformance;

/// <summary>Questions back to the client (MCP 2026-07-28, multi round-trip requests), as the fixtures put them.</summary>
internal static class InputRounds
{
    private const string CapabilitiesKey = "io.modelcontextprotocol/clientCapabilities";

    public static InputRequiredException Ask(params (string Key, InputRequest Request)[] questions) => Ask(null, questions);

    public static InputRequiredException Ask(string? state, params (string Key, InputRequest Request)[] questions) =>
        new(questions.ToDictionary(question => question.Key, question => question.Request), state);

    public static InputRequest Question(string message, string field) => InputRequest.ForElicitation(new ElicitRequestParams
    {
        Message = message,
        RequestedSchema = new ElicitRequestParams.RequestSchema
        {
            Properties = new Dictionary<string, ElicitRequestParams.PrimitiveSchemaDefinition> { [field] = new ElicitRequestParams.StringSchema() },
            Required = [field],
        },
    });

    public static InputRequest Sample(string question, int maxTokens) => InputRequest.ForSampling(new CreateMessageRequestParams
    {
        Messages = [new SamplingMessage { Role = Role.User, Content = [new TextContentBlock { Text = question }] }],
        MaxTokens = maxTokens,
    });

    public static InputRequest Roots() => InputRequest.ForRootsList(new ListRootsRequestParams());

    /// <summary>True if the client answered this question with something that can be read.</summary>
    public static bool Has(RequestParams request, string key) => Answer(request, key) is not null;

    public static JsonObject? Answer(RequestParams request, string key) =>
        request.InputResponses?.TryGetValue(key, out var response) == true && response.RawValue.ValueKind == System.Text.Json.JsonValueKind.Object
            ? JsonObject.Create(response.RawValue)
            : null;

    /// <summary>The field of an answer to <see cref="Question"/>.</summary>
    public static string? Field(RequestParams request, string key, string field) =>
        Answer(request, key)?["content"] is JsonObject content && content[field] is { } value ? value.ToString() : null;

    public static bool Declares(RequestParams request, string capability) =>
        request.Meta?[CapabilitiesKey] is JsonObject capabilities && capabilities.ContainsKey(capability);
}
