using System.Text.Json;
using System.Text.Unicode;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Mcp.Resources;
using WorkspaceServer.Features.Mcp.Tools;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Features.Tokens.Handshakes;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Mcp;

/// <summary>
/// Stands before the MCP endpoint: refuses what is no JSON, and answers a call that the token's scopes do not cover with the
/// HTTP challenge that lets a client ask its user for more (MCP 2026-07-28, Authorization, Scope Challenge Handling).
/// </summary>
/// <remarks>The SDK would answer such a call with 200 and a JSON-RPC error, from which no client starts a step-up.</remarks>
internal sealed class McpGate(WorkspaceTools tools, ToolCalls calls, WorkspaceResources resources, OpenRequests open, HandshakeBook handshakes)
{
    private const int ParseError = -32700;
    private const int InvalidRequest = -32600;
    private const int InvalidParams = -32602;

    /// <summary>The first code that JSON-RPC leaves to servers.</summary>
    private const int TooMany = -32000;

    /// <summary>The method whose answer is a stream that stays open.</summary>
    private const string Listen = "subscriptions/listen";

    private static readonly Permission[] ForResources = [Permissions.TablesRead];

    // Two members of the same name could be read differently here and by what comes after.
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 64 };

    public async Task InvokeAsync(HttpContext context, RequestDelegate endpoint)
    {
        // Routing refuses other types, but lets a request pass that names none, and the SDK fails on it.
        if (!context.Request.HasJsonContentType())
        {
            throw new ProblemException(ProblemCodes.UnsupportedMediaType, "Send the body as application/json.");
        }

        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        if (!TryParse(body, out var message))
        {
            await RefuseAsync(context, ParseError, "The body must be one JSON-RPC message in UTF-8, without repeated members.");
            return;
        }

        if (!MessageShape.IsWellFormed(message))
        {
            await RefuseAsync(context, InvalidRequest, "The message must be one JSON-RPC object whose params are an object; in it, name and uri are strings, arguments and _meta are objects. Member names are written exactly so.");
            return;
        }

        if (RequestScope.Current is { } scope)
        {
            scope.Client = ClientName.Read(message, context.Request.Headers.UserAgent.ToString());
        }

        var caller = Caller.Of(context.User);
        if (MissingScopes(message, caller) is { } missing)
        {
            await RecordRefusalAsync(message);
            handshakes.HeardCall(WatchMark.Of(context.Request), caller, HandshakeStep.Call, HandshakeOutcome.MissingScope);
            await Challenge.InsufficientScopeAsync(context, missing);
            return;
        }

        if (MessageShape.Complaint(message, context.Request.Headers["MCP-Protocol-Version"].ToString()) is { } complaint)
        {
            await WriteAsync(context, StatusCodes.Status200OK, InvalidParams, complaint, IdOf(message));
            return;
        }

        body.Position = 0;
        context.Request.Body = body;
        await PassAsync(context, endpoint, caller, message);
    }

    /// <summary>429 in the form of the protocol. Nothing was read, so the id of the request is not known.</summary>
    public static Task RefuseTooManyAsync(HttpContext context, string message) => WriteAsync(context, StatusCodes.Status429TooManyRequests, TooMany, message);

    private async Task PassAsync(HttpContext context, RequestDelegate endpoint, Caller caller, JsonElement message)
    {
        var isStream = MethodOf(message) == Listen;
        if (!open.TryEnter(caller, isStream))
        {
            context.Response.Headers.RetryAfter = "1";
            await RefuseTooManyAsync(context, "This token has too many requests open. Close some, or wait for some to end.");
            return;
        }

        try
        {
            await endpoint(context);
            if (StepOf(MethodOf(message)) is { } step)
            {
                handshakes.HeardCall(WatchMark.Of(context.Request), caller, step, HandshakeOutcome.Done);
            }
        }
        catch (JsonException) when (!context.Response.HasStarted)
        {
            // What the SDK cannot read, deeper down than is looked at here, is a mistake of the caller all the same.
            await WriteAsync(context, StatusCodes.Status200OK, InvalidParams, "A member of the parameters is missing or of the wrong kind.", IdOf(message));
        }
        finally
        {
            open.Leave(caller, isStream);
        }
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

    /// <summary>All scopes the caller needs to have what it has and this too; null if nothing is missing.</summary>
    private string[]? MissingScopes(JsonElement message, Caller caller)
    {
        var needed = MethodOf(message) switch
        {
            "tools/call" => tools.Find(NameIn(message))?.Needs ?? [],
            "resources/read" when IsOurs(message) => ForResources,
            _ => [],
        };
        // What the maker of the token may no longer do, no other scope would bring back; the tool says so.
        var ceiling = Scopes.Ceiling(caller.Scopes);
        var missing = needed.Where(permission => !ceiling.Contains(permission)).Select(permission => Scopes.That(permission)[0]).ToArray();
        return missing.Length == 0 ? null : [.. Scopes.All.Where(scope => missing.Contains(scope) || caller.Scopes.Contains(scope))];
    }

    private Task RecordRefusalAsync(JsonElement message) => NameIn(message) is { Length: > 0 } tool
        ? calls.RefusedAsync(tool, ProblemCodes.InsufficientScope.Code)
        : resources.RefusedAsync(TextIn(message, "uri"), ProblemCodes.InsufficientScope.Code);

    private static HandshakeStep? StepOf(string method) => method switch
    {
        "tools/list" => HandshakeStep.Tools,
        "tools/call" => HandshakeStep.Call,
        _ => null,
    };

    private static string NameIn(JsonElement message) => TextIn(message, "name");

    private static bool IsOurs(JsonElement message) => TextIn(message, "uri").StartsWith(WorkspaceResources.Scheme, StringComparison.Ordinal);

    private static string TextIn(JsonElement message, string name) =>
        message.TryGetProperty("params", out var parameters) && parameters.ValueKind == JsonValueKind.Object
        && parameters.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : "";

    private static string MethodOf(JsonElement message) =>
        message.TryGetProperty("method", out var method) && method.ValueKind == JsonValueKind.String ? method.GetString()! : "";

    /// <summary>As it came, if it is one: a text or a whole number.</summary>
    private static object? IdOf(JsonElement message) => message.TryGetProperty("id", out var id)
        ? id.ValueKind == JsonValueKind.String ? id.GetString() : id.ValueKind == JsonValueKind.Number && id.TryGetInt64(out var number) ? number : null
        : null;

    private static Task RefuseAsync(HttpContext context, int code, string message) => WriteAsync(context, StatusCodes.Status400BadRequest, code, message);

    private static Task WriteAsync(HttpContext context, int status, int code, string message, object? id = null)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new { jsonrpc = "2.0", id, error = new { code, message } }, context.RequestAborted);
    }
}
