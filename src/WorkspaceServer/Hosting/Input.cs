using FluentValidation;

namespace WorkspaceServer.Hosting;

/// <summary>Checks what came with a request by the rules of its validator.</summary>
internal static class Input
{
    /// <exception cref="ProblemException">A rule is broken; the message names each one.</exception>
    public static T Checked<T>(this T input, IValidator<T> validator)
    {
        var result = validator.Validate(input);
        return result.IsValid
            ? input
            : throw new ProblemException(ProblemCodes.InvalidArgument, string.Join(' ', result.Errors.Select(error => error.ErrorMessage)));
    }
}
