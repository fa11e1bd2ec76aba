using System.Reflection;
using System.Text.Json;
using FluentValidation;

namespace WorkspaceServer.Hosting;

/// <summary>What is wrong with what somebody typed, to be said beside the form.</summary>
/// <param name="General">About the whole form; null if there is nothing of the kind.</param>
/// <param name="Fields">By the name of the field.</param>
public sealed record FormProblems(string? General, IReadOnlyDictionary<string, string> Fields, int Status = StatusCodes.Status400BadRequest)
{
    private static readonly Dictionary<string, string> NoFields = [];

    public static FormProblems Whole(string sentence, int status = StatusCodes.Status400BadRequest) => new(sentence, NoFields, status);

    public static FormProblems Of(string field, string sentence) => new(null, new Dictionary<string, string> { [field] = sentence });
}

/// <param name="Problems">Null if every field is as it should be.</param>
internal sealed record FormInput<T>(T Values, FormProblems? Problems);

/// <summary>Reads a form into a record of texts, and of lists of texts where a field may come more than once. A field that the record does not have, or one sent twice, is refused.</summary>
internal static class Form
{
    /// <summary>Most values of one field that may come more than once.</summary>
    public const int MaxValues = 64;

    /// <summary>The record's property as a field's name: ReturnTo is return_to.</summary>
    public static string FieldOf(string property) => JsonNamingPolicy.SnakeCaseLower.ConvertName(property);

    /// <exception cref="ProblemException">It is no form, or has a field that nobody asked for.</exception>
    public static async Task<FormInput<T>> ReadAsync<T>(HttpContext context, AbstractValidator<T> validator)
        where T : class
    {
        if (!context.Request.HasFormContentType || context.Request.ContentType?.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) != true)
        {
            throw new ProblemException(ProblemCodes.UnsupportedMediaType, "Send the form as application/x-www-form-urlencoded.");
        }

        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        if (form.Any(field => field.Value.Count > MaxOf<T>(field.Key)))
        {
            throw new ProblemException(ProblemCodes.BadRequest, "The form has a field that it should not have, or one of them twice. Load the page again.");
        }

        // A field that was left out is empty: browsers leave out what is disabled.
        var values = Shape<T>.Make([.. Shape<T>.Fields.Select(field => Shape<T>.Lists.Contains(field) ? (object)form[field].OfType<string>().ToArray() : form[field].Count == 1 ? form[field][0]! : "")]);
        var result = validator.Validate(values);
        return new FormInput<T>(values, result.IsValid ? null : new FormProblems(
            null, result.Errors.GroupBy(error => FieldOf(error.PropertyName)).ToDictionary(field => field.Key, field => field.First().ErrorMessage)));
    }

    /// <summary>How often a field may come.</summary>
    private static int MaxOf<T>(string field) =>
        field == CrossSiteCheck.TokenField ? 1 : Shape<T>.Lists.Contains(field) ? MaxValues : Shape<T>.Fields.Contains(field) ? 1 : 0;

    /// <summary>The one constructor of a record of texts and lists of texts.</summary>
    private static class Shape<T>
    {
        private static readonly ConstructorInfo Constructor = typeof(T).GetConstructors().Single();

        public static readonly string[] Fields = [.. Constructor.GetParameters().Select(parameter => FieldOf(parameter.Name!))];

        public static readonly HashSet<string> Lists =
            [.. Constructor.GetParameters().Where(parameter => parameter.ParameterType == typeof(IReadOnlyList<string>)).Select(parameter => FieldOf(parameter.Name!))];

        public static T Make(object[] values) => (T)Constructor.Invoke([.. values]);
    }
}
