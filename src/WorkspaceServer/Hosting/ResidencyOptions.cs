using System.Text.RegularExpressions;
using FluentValidation;

namespace WorkspaceServer.Hosting;

/// <summary>Settings of the section "Residency": where this machine stands, and where data may be.</summary>
internal sealed partial record ResidencyOptions
{
    public const string Section = "Residency";

    /// <summary>The country in which this machine stands, as two letters such as IN.</summary>
    public string Country { get; init; } = "";

    /// <summary>The region of this machine, such as ap-south-1, as its provider calls it. A backup at an S3 store in the same region is refused: one flood would take both.</summary>
    public string Region { get; init; } = "";

    /// <summary>Countries in which data and backups may be, as two letters each. Empty: any. The server does not start with a store elsewhere.</summary>
    public string[] AllowedCountries { get; init; } = [];

    /// <summary>Where the data is, for people to read; null if that is not set.</summary>
    public string? Place => (Region, Country) switch
    {
        ("", "") => null,
        ("", _) => Country.ToUpperInvariant(),
        (_, "") => Region,
        _ => $"{Region} ({Country.ToUpperInvariant()})",
    };

    /// <summary>The section as it stands there, for sections that are compared with it. What is wrong with it is this section's to report.</summary>
    public static ResidencyOptions Of(IConfiguration configuration) => configuration.GetSection(Section).Get<ResidencyOptions>() ?? new ResidencyOptions();

    public static bool IsCountry(string text) => TwoLetters().IsMatch(text);

    public bool Allows(string country) => AllowedCountries.Length == 0 || AllowedCountries.Contains(country, StringComparer.OrdinalIgnoreCase);

    internal sealed class Validator : AbstractValidator<ResidencyOptions>
    {
        public Validator()
        {
            RuleFor(options => options.Country).Must(country => country.Length == 0 || IsCountry(country)).WithMessage("must be two letters, such as IN.");
            RuleForEach(options => options.AllowedCountries).Must(IsCountry).WithMessage("must be two letters each, such as IN.");
            RuleFor(options => options.Country).Must((options, country) => options.Allows(country))
                .WithMessage("is where this machine stands, and must be one of Residency:AllowedCountries.");
        }
    }

    [GeneratedRegex("^[A-Za-z]{2}$")]
    private static partial Regex TwoLetters();
}
