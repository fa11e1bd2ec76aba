using FluentValidation;

namespace WorkspaceServer.Features.Public;

/// <summary>Settings of the section "Public": what strangers are told about who runs this server.</summary>
internal sealed record PublicOptions
{
    public const string Section = "Public";

    private const int MaxLength = 200;

    /// <summary>The name of the person or firm that runs this server, for the pages about terms and privacy; up to 200 characters. Empty: they say "whoever runs this server".</summary>
    public string Operator { get; init; } = "";

    /// <summary>Where somebody reports a hole: mailto:ADDRESS or https://PAGE, up to 200 characters. Empty: there is no /.well-known/security.txt.</summary>
    public string SecurityContact { get; init; } = "";

    /// <summary>Where people complain: mailto:ADDRESS or https://PAGE, up to 200 characters. Empty: there is no page /legal/grievance.</summary>
    public string GrievanceContact { get; init; } = "";

    /// <summary>Who reads complaints, a name and perhaps a post; up to 200 characters. Empty: the page names nobody.</summary>
    public string GrievanceOfficer { get; init; } = "";

    internal sealed class Validator : AbstractValidator<PublicOptions>
    {
        public Validator()
        {
            RuleFor(options => options.Operator).MaximumLength(MaxLength).Must(text => !text.Any(char.IsControl)).WithMessage("must have no line breaks.");
            RuleFor(options => options.GrievanceOfficer).MaximumLength(MaxLength).Must(text => !text.Any(char.IsControl)).WithMessage("must have no line breaks.");
            RuleFor(options => options.GrievanceContact).Must(text => text.Length == 0 || IsContact(text)).WithMessage("must be mailto:ADDRESS or https://PAGE.");
            RuleFor(options => options.SecurityContact).Must(text => text.Length == 0 || IsContact(text)).WithMessage("must be mailto:ADDRESS or https://PAGE.");
        }

        // It goes into a text file of lines, so nothing in it may break one.
        private static bool IsContact(string text) => text.Length <= MaxLength && Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "mailto" or "https" && text.All(c => c is > ' ' and < (char)127);
    }
}
