using System.Globalization;
using System.Text.Json;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Mcp.Tools;

/// <summary>One argument of a tool: the same lines make its schema and check it, so the two cannot differ.</summary>
/// <param name="Min">Least value, or length in characters.</param>
/// <param name="Max">Greatest value, or length in characters.</param>
/// <param name="Default">For integers that may be left out.</param>
internal sealed record ToolParameter(string Name, bool IsInteger, bool IsRequired, int Min, int Max, string? Description, int Default = 0)
{
    public static ToolParameter Text(string name, int maxLength, string? description = null, bool isRequired = true) =>
        new(name, IsInteger: false, isRequired, 1, maxLength, description);

    public static ToolParameter Number(string name, int min, int max, int byDefault, string? description = null) =>
        new(name, IsInteger: true, IsRequired: false, min, max, description, byDefault);

    /// <summary>The JSON Schema of a whole set of arguments; anything else is refused.</summary>
    public static JsonElement Schema(IReadOnlyList<ToolParameter> parameters)
    {
        var properties = JsonText.Object([.. parameters.Select(parameter => (parameter.Name, parameter.Json))]);
        var required = parameters.Where(parameter => parameter.IsRequired).Select(parameter => JsonText.Of(parameter.Name)).ToArray();
        return JsonElement.Parse(JsonText.Object(
            ("type", JsonText.Of("object")),
            ("properties", properties),
            ("required", required.Length == 0 ? "null" : JsonText.Array(required)),
            ("additionalProperties", "false")));
    }

    /// <summary>Checks the arguments of one call; nothing is converted.</summary>
    /// <exception cref="ProblemException">Names every argument that is missing, unknown or out of bounds.</exception>
    public static ToolArguments Read(IReadOnlyList<ToolParameter> parameters, IDictionary<string, JsonElement>? arguments)
    {
        var given = arguments ?? new Dictionary<string, JsonElement>();
        var unknown = given.Keys.Where(name => !parameters.Any(parameter => parameter.Name == name)).Order(StringComparer.Ordinal).Take(5).ToArray();
        var complaints = unknown.Select(name => Unknown(name, parameters))
            .Concat(parameters.Select(parameter => parameter.Complaint(given)).OfType<string>())
            .ToArray();
        return complaints.Length == 0
            ? new ToolArguments(parameters, given)
            : throw new ProblemException(ProblemCodes.InvalidArgument, string.Join(' ', complaints));
    }

    private string Json => IsInteger
        ? JsonText.Object(
            ("type", JsonText.Of("integer")), ("minimum", JsonText.Of(Min)), ("maximum", JsonText.Of(Max)), ("default", JsonText.Of(Default)), ("description", JsonText.Of(Description)))
        : JsonText.Object(
            ("type", JsonText.Of("string")), ("minLength", JsonText.Of(Min)), ("maxLength", JsonText.Of(Max)), ("description", JsonText.Of(Description)));

    private string Rule => IsInteger
        ? string.Create(CultureInfo.InvariantCulture, $"must be an integer from {Min} to {Max}")
        : string.Create(CultureInfo.InvariantCulture, $"must be a string of {Min} to {Max} characters");

    private string? Complaint(IDictionary<string, JsonElement> given)
    {
        if (!given.TryGetValue(Name, out var value))
        {
            return IsRequired ? $"{Name} is required and {Rule}." : null;
        }

        var isGood = IsInteger
            ? value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= Min && number <= Max
            : value.ValueKind == JsonValueKind.String && value.GetString()!.Length is var length && length >= Min && length <= Max;
        return isGood ? null : $"{Name} {Rule}.";
    }

    private static string Unknown(string name, IReadOnlyList<ToolParameter> parameters)
    {
        var shown = JsonText.Of(name.Length <= 40 ? name : name[..40] + "…");
        var nearest = NearestName.Find(name, parameters.Select(parameter => parameter.Name));
        return $"There is no argument {shown}" + (nearest is null ? "." : $"; did you mean {nearest}?");
    }
}

/// <summary>Checked arguments of one call.</summary>
internal sealed class ToolArguments(IReadOnlyList<ToolParameter> parameters, IDictionary<string, JsonElement> given)
{
    /// <summary>What was given: text, and integers.</summary>
    public IReadOnlyList<(string Name, object Value)> Given =>
        [.. parameters.Where(parameter => given.ContainsKey(parameter.Name)).Select(parameter => (parameter.Name, (object)(parameter.IsInteger ? Number(parameter.Name) : Text(parameter.Name))))];

    public string Text(string name) => OptionalText(name) ?? throw new InvalidOperationException($"{name} is not a required argument.");

    public string? OptionalText(string name) => given.TryGetValue(name, out var value) ? value.GetString() : null;

    public int Number(string name) => given.TryGetValue(name, out var value) ? value.GetInt32() : parameters.Single(parameter => parameter.Name == name).Default;
}
