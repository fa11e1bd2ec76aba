using System.Text;
using System.Text.Json;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Mcp.Tools;

/// <summary>One call: who asks, with which arguments, and what the log line will say of it.</summary>
internal sealed record ToolCall(Caller Caller, ToolArguments Arguments, ToolCallNotes Notes);

/// <summary>A tool's answer, twice: for programs and for models that read text.</summary>
/// <param name="Structured">JSON that fits the tool's output schema.</param>
internal sealed record ToolAnswer(string Structured, string Text);

/// <summary>What all tools share: description, checking of permission and arguments, errors that teach, and one log line and one audit row a call.</summary>
internal abstract class WorkspaceTool(IReadOnlyList<Permission> needs, IReadOnlyList<ToolParameter> parameters, ToolCalls calls) : McpServerTool
{
    /// <summary>Every one of these is needed.</summary>
    public IReadOnlyList<Permission> Needs => needs;

    public override IReadOnlyList<object> Metadata => [];

    public bool IsAllowedTo(Caller caller) => caller.MayUse(ProtocolTool.Name) && needs.All(permission => calls.IsAllowed(caller, permission));

    public sealed override async ValueTask<CallToolResult> InvokeAsync(RequestContext<CallToolRequestParams> request, CancellationToken cancellationToken = default)
    {
        var notes = new ToolCallNotes(ProtocolTool.Name);
        var result = await TryAnswerAsync(request, notes, cancellationToken);
        await calls.DoneAsync(notes);
        return result;
    }

    protected abstract Task<ToolAnswer> AnswerAsync(ToolCall call, CancellationToken cancel);

    /// <summary>Describes a tool; calling one of ours twice does no more than calling it once.</summary>
    /// <param name="isReadOnly">False if it proposes what a person must accept before anything happens.</param>
    protected static Tool Describe(string name, string title, string description, IReadOnlyList<ToolParameter> parameters, string outputSchema, bool isReadOnly = true) => new()
    {
        Name = name,
        Title = title,
        Description = description,
        InputSchema = ToolParameter.Schema(parameters),
        OutputSchema = JsonElement.Parse(outputSchema),
        Annotations = new ToolAnnotations { ReadOnlyHint = isReadOnly, DestructiveHint = false, IdempotentHint = true, OpenWorldHint = false },
    };

    private async Task<CallToolResult> TryAnswerAsync(RequestContext<CallToolRequestParams> request, ToolCallNotes notes, CancellationToken cancel)
    {
        AccessWatch.Watched? watched = null;
        try
        {
            var caller = Caller.Of(request.User);
            if (!IsAllowedTo(caller))
            {
                throw new ProblemException(ProblemCodes.Forbidden, caller.MayUse(ProtocolTool.Name)
                    ? $"This needs the permission {string.Join(" and ", needs)}, which this token or the member who made it does not have."
                    : "An owner of the workspace has not allowed this tool to this client.");
            }

            using var place = await calls.BeginAsync(caller, cancel);
            watched = calls.Watch(caller, cancel);
            var arguments = ToolParameter.Read(parameters, request.Params.Arguments);
            notes.Arguments = arguments.Given;
            var answer = await AnswerAsync(new ToolCall(caller, arguments, notes), watched.Cancel);
            calls.RequireStillGood(caller);
            notes.Bytes = Encoding.UTF8.GetByteCount(answer.Text) + Encoding.UTF8.GetByteCount(answer.Structured);
            calls.Count(caller, notes.Rows, notes.Bytes);
            return new CallToolResult
            {
                Content = [new TextContentBlock { Text = answer.Text }],
                StructuredContent = JsonElement.Parse(answer.Structured),
            };
        }
        catch (ProblemException problem)
        {
            notes.Outcome = problem.Code.Code;
            return Error(problem.Code, problem.Message);
        }
        catch (OperationCanceledException) when (watched is { HasEnded: true })
        {
            notes.Outcome = ProblemCodes.Forbidden.Code;
            return Error(ProblemCodes.Forbidden, ToolCalls.AccessEnded);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            notes.Outcome = "cancelled";
            return Error(ProblemCodes.Busy, "The call was cancelled.");
        }
#pragma warning disable CA1031 // The edge of a tool: a failure is logged here, once, and the client learns only the request's id.
        catch (Exception error)
#pragma warning restore CA1031
        {
            notes.Fail(error);
            return Error(ProblemCodes.InternalError, $"The server failed. Tell its operator the request id {RequestScope.Current?.RequestId}.");
        }
        finally
        {
            watched?.Dispose();
        }
    }

    private static CallToolResult Error(ProblemCode code, string message) =>
        new() { IsError = true, Content = [new TextContentBlock { Text = $"{code.Code}: {message}" }] };
}
