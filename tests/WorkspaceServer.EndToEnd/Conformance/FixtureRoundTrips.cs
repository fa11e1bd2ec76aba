using System.ComponentModel;
using System.Security.Cryptography;
using System.Text;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using static WorkspaceServer.EndToEnd.Conformance.InputRounds;

namespace WorkspaceServer.EndToEnd.Conformance;

/// <summary>Tools and a prompt of the conformance suite that ask the client something before they answer.</summary>
[McpServerToolType]
[McpServerPromptType]
internal static class FixtureRoundTrips
{
    private static readonly byte[] StateKey = RandomNumberGenerator.GetBytes(32);

    [McpServerTool(Name = "test_input_required_result_elicitation"), Description("Asks for a name.")]
    public static string Elicitation(RequestContext<CallToolRequestParams> request) => Field(request.Params, "user_name", "name") is { } name
        ? $"Hello, {name}!"
        : throw Ask(("user_name", Question("What is your name?", "name")));

    [McpServerTool(Name = "test_input_required_result_sampling"), Description("Asks the client's model.")]
    public static string Sampling(RequestContext<CallToolRequestParams> request) => Answer(request.Params, "capital_question") is { } answer
        ? answer["content"]?.ToJsonString() ?? "no answer"
        : throw Ask(("capital_question", Sample("What is the capital of France?", 100)));

    [McpServerTool(Name = "test_input_required_result_list_roots"), Description("Asks for the client's roots.")]
    public static string ListRoots(RequestContext<CallToolRequestParams> request) => Answer(request.Params, "client_roots") is { } answer
        ? $"Roots: {answer["roots"]?.ToJsonString()}"
        : throw Ask(("client_roots", Roots()));

    [McpServerTool(Name = "test_input_required_result_request_state"), Description("Gives the client a state to bring back.")]
    public static string RequestState(RequestContext<CallToolRequestParams> request) => Has(request.Params, "confirm") && Unseal(request.Params.RequestState) == "confirm"
        ? "state-ok"
        : throw Ask(Seal("confirm"), ("confirm", Question("Please confirm", "ok")));

    [McpServerTool(Name = "test_input_required_result_multiple_inputs"), Description("Asks three things at once.")]
    public static string Multiple(RequestContext<CallToolRequestParams> request) =>
        Has(request.Params, "user_name") && Has(request.Params, "greeting") && Has(request.Params, "client_roots") && Unseal(request.Params.RequestState) == "many"
            ? "all answered"
            : throw Ask(Seal("many"), ("user_name", Question("What is your name?", "name")), ("greeting", Sample("Generate a greeting", 50)), ("client_roots", Roots()));

    [McpServerTool(Name = "test_input_required_result_multi_round"), Description("Asks one thing after the other.")]
    public static string MultiRound(RequestContext<CallToolRequestParams> request)
    {
        var state = request.Params.RequestState is { } sealedState ? Unseal(sealedState) : null;
        if (state == "2" && Field(request.Params, "step2", "color") is { } color)
        {
            return $"You like {color}.";
        }

        throw state == "1" && Has(request.Params, "step1")
            ? Ask(Seal("2"), ("step2", Question("Step 2: What is your favorite color?", "color")))
            : Ask(Seal("1"), ("step1", Question("Step 1: What is your name?", "name")));
    }

    [McpServerTool(Name = "test_input_required_result_tampered_state"), Description("Refuses a state that was changed.")]
    public static string TamperedState(RequestContext<CallToolRequestParams> request) => request.Params.RequestState is { } state && Unseal(state) == "tamper"
        ? "state-ok"
        : throw Ask(Seal("tamper"), ("confirm", Question("Please confirm", "ok")));

    [McpServerTool(Name = "test_input_required_result_capabilities"), Description("Asks only what the client can answer.")]
    public static string Capabilities(RequestContext<CallToolRequestParams> request)
    {
        (string, InputRequest)[] questions =
        [
            .. Declares(request.Params, "sampling") ? new[] { ("sample", Sample("Say hello", 10)) } : [],
            .. Declares(request.Params, "elicitation") ? new[] { ("name", Question("What is your name?", "name")) } : [],
            .. Declares(request.Params, "roots") ? new[] { ("roots", Roots()) } : [],
        ];
        return questions.Length == 0 || questions.All(question => Has(request.Params, question.Item1)) ? "nothing to ask" : throw Ask(questions);
    }

    [McpServerPrompt(Name = "test_input_required_result_prompt"), Description("Asks for a context.")]
    public static string Prompt(RequestContext<GetPromptRequestParams> request) => Field(request.Params, "user_context", "context") is { } context
        ? $"Use this context: {context}"
        : throw Ask(("user_context", Question("What context should the prompt use?", "context")));

    private static string Seal(string state) => $"{state}.{Convert.ToHexString(HMACSHA256.HashData(StateKey, Encoding.UTF8.GetBytes(state)))}";

    private static string Unseal(string? sealedState)
    {
        var state = sealedState?.Split('.')[0] ?? "";
        return sealedState is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Seal(state)), Encoding.UTF8.GetBytes(sealedState))
            ? state
            : throw new McpProtocolException("The state was changed.", McpErrorCode.InvalidParams);
    }
}
