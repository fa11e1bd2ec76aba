using System.Text.Json;
using System.Text.RegularExpressions;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace WorkspaceServer.Features.Mcp.Prompts;

/// <summary>A question that users ask often, ready to be sent. Its arguments are checked, so they cannot become instructions.</summary>
internal abstract class WorkspacePrompt(string name, string title, string description, PromptParameter parameter) : McpServerPrompt
{
    /// <summary>How to go about it; the same for every prompt.</summary>
    private const string Method =
        "Call list_tables and describe_table first and use only tables and columns that exist; name what is missing. "
        + "Add up in SQL, not in your head. Give money with two decimals, and say as of when the data is.";

    public override Prompt ProtocolPrompt { get; } = new()
    {
        Name = name,
        Title = title,
        Description = description,
        Arguments = [new PromptArgument { Name = parameter.Name, Description = parameter.Description, Required = parameter.IsRequired }],
    };

    public override IReadOnlyList<object> Metadata => [];

    public override ValueTask<GetPromptResult> GetAsync(RequestContext<GetPromptRequestParams> request, CancellationToken cancellationToken = default)
    {
        var value = parameter.Read(request.Params.Arguments);
        return ValueTask.FromResult(new GetPromptResult
        {
            Description = description,
            Messages = [new PromptMessage { Role = Role.User, Content = new TextContentBlock { Text = $"{Write(value)}\n\n{Method}" } }],
        });
    }

    /// <summary>The question.</summary>
    /// <param name="value">The checked argument, or null if it was left out.</param>
    protected abstract string Write(string? value);
}

/// <param name="Shape">What a value must match, all of it.</param>
internal sealed record PromptParameter(string Name, string Description, bool IsRequired, Regex Shape)
{
    /// <exception cref="McpProtocolException">The argument is missing, unknown or not of its shape.</exception>
    public string? Read(IDictionary<string, JsonElement>? arguments)
    {
        if (arguments?.Keys.Any(name => name != Name) == true)
        {
            throw Wrong($"The only argument is {Name}.");
        }

        if (arguments is null || !arguments.TryGetValue(Name, out var value))
        {
            return IsRequired ? throw Wrong($"{Name} is required: {Description}") : null;
        }

        return value.ValueKind == JsonValueKind.String && Shape.IsMatch(value.GetString()!)
            ? value.GetString()
            : throw Wrong($"{Name} must be: {Description}");
    }

    private static McpProtocolException Wrong(string message) => new(message, McpErrorCode.InvalidParams);
}
