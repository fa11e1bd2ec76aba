using System.Text.Json;
using System.Text.Unicode;
using WorkspaceServer.Features.Mcp.Resources;
using WorkspaceServer.Features.Mcp.Tools;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Mcp;

/// <summary>
/// Stands before the MCP endpoint: refuses what is no JSON, and answers a call that the token's scopes do not cover with the
/// HTTP challenge that lets a client ask its user for more (MCP 2026-07-28, Authorization, Scope Challenge Handling).
/// </summary>
/// <remarks>The SDK would answer such a call with 200 and a JSON-RPC error, from which no client starts a step-up.</remarks>
internal sealed class McpGate(WorkspaceTools tools, ToolCalls calls, WorkspaceResources resources)
{
    private const int ParseError = -32700;
    private const int InvalidRequest = -32600;

    // What is read here, and what the SDK fails on if it is of another kind.
    private static readonly string[] MessageMembers = ["method", "params"];
    private static readonly string[] ParameterMembers = ["name", "uri", "arguments", "_meta"];

    // Two members of the same name could be read differently here and by what comes after.
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 64 };

    public async Task InvokeAsync(HttpContext context, RequestDelegate endpoint)
    {
        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        if (!TryParse(body, out var message))
        {
            await RefuseAsync(context, ParseError, "The body must be one JSON-RPC message in UTF-8, without repeated members.");
            return;
        }

        if (!IsWellFormed(message))
        {
            await RefuseAsync(context, InvalidRequest, "The message must be one JSON-RPC object whose params are an object; in it, name and uri are strings, arguments and _meta are objects. Member names are written exactly so.");
            return;
        }

        if (RequestScope.Current is { } scope)
        {
            scope.Client = ClientName.Read(message, context.Request.Headers.UserAgent.ToString());
        }

        var missing = MissingScopes(message, Caller.Of(context.User));

        if (missing is not null)
        {
            await RecordRefusalAsync(message);
            await Challenge.InsufficientScopeAsync(context, missing);
            return;
        }

        body.Position = 0;
        context.Request.Body = body;
        await endpoint(context);
    }

    private static bool TryParse(MemoryStream body, out JsonElement message)
    {
        message = default;
        var bytes = body.GetBuffer().AsSpan(0, (int)body.Length);
        try
        {
            // The parser does not look into strings, and what comes after us fails on text that is no UTF-8.
            if (Utf8.IsValid(bytes))
            {
                message = JsonElement.Parse(bytes, Strict);
                return true;
            }
        }
        catch (JsonException)
        {
            // Answered by the caller, like text that is no UTF-8.
        }

        return false;
    }

    /// <summary>The SDK compares some members with headers and fails, with a 500, where they are of another kind.</summary>
    private static bool IsWellFormed(JsonElement message)
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

    private static bool Is(string name, JsonElement parent, JsonValueKind kind) => !parent.TryGetProperty(name, out var value) || value.ValueKind == kind;

    /// <summary>The SDK takes "Name" for "name". What it reads and what is checked here must be the same member.</summary>
    private static bool IsExact(JsonElement parent, string[] members) => parent.EnumerateObject().All(given =>
        members.All(member => given.Name == member || !given.Name.Equals(member, StringComparison.OrdinalIgnoreCase)));

    /// <summary>All scopes the caller needs to have what it has and this too; null if nothing is missing.</summary>
    private string[]? MissingScopes(JsonElement message, Caller caller)
    {
        if (!message.TryGetProperty("method", out var method) || method.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        var needed = method.GetString() switch
        {
            "tools/call" when tools.Find(NameIn(message)) is { } tool && !tool.IsAllowedTo(caller) => tool.Scopes[0],
            "resources/read" when !caller.Scopes.Contains(Scopes.TablesRead) && IsOurs(message) => Scopes.TablesRead,
            _ => null,
        };
        return needed is null ? null : [.. Scopes.All.Where(scope => scope == needed || caller.Scopes.Contains(scope))];
    }

    private Task RecordRefusalAsync(JsonElement message) => NameIn(message) is { Length: > 0 } tool
        ? calls.RefusedAsync(tool, ProblemCodes.InsufficientScope.Code)
        : resources.RefusedAsync(TextIn(message, "uri"), ProblemCodes.InsufficientScope.Code);

    private static string NameIn(JsonElement message) => TextIn(message, "name");

    private static bool IsOurs(JsonElement message) => TextIn(message, "uri").StartsWith(WorkspaceResources.Scheme, StringComparison.Ordinal);

    private static string TextIn(JsonElement message, string name) =>
        message.TryGetProperty("params", out var parameters) && parameters.ValueKind == JsonValueKind.Object
        && parameters.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : "";

    private static Task RefuseAsync(HttpContext context, int code, string message)
    {
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        return context.Response.WriteAsJsonAsync(new { jsonrpc = "2.0", id = (string?)null, error = new { code, message } }, context.RequestAborted);
    }
}
