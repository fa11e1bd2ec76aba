using System.Reflection;
using FluentValidation;

namespace WorkspaceServer.Hosting;

/// <summary>One section of the settings: its name and how it is read and checked. All of them together are the configuration.</summary>
internal sealed record OptionsSection(string Name, Type Type, Func<IConfiguration, object> Read);

/// <summary>Binds options classes, refuses unknown keys, and checks values before anything starts.</summary>
internal static class OptionsSections
{
    /// <summary>Registers an options class under its section; asking for it reads and checks it.</summary>
    public static void AddOptions<TOptions>(
        this IServiceCollection services, IConfiguration configuration, string section, AbstractValidator<TOptions> validator)
        where TOptions : class, new()
    {
        services.AddSingleton(new OptionsSection(section, typeof(TOptions), root => Read(root, section, validator)));
        services.AddSingleton(_ => Read(configuration, section, validator));
    }

    /// <summary>Reads and checks every section, and refuses sections that nobody knows.</summary>
    /// <exception cref="ProblemException"><see cref="ProblemCodes.BadConfiguration"/>, naming the key.</exception>
    public static IReadOnlyList<(OptionsSection Section, object Values)> ReadAll(IEnumerable<OptionsSection> sections, IConfiguration configuration)
    {
        var known = sections.OrderBy(section => section.Name, StringComparer.Ordinal).ToArray();
        foreach (var child in configuration.GetChildren())
        {
            if (!known.Any(section => section.Name.Equals(child.Key, StringComparison.OrdinalIgnoreCase)))
            {
                throw Bad($"There is no section '{child.Key}' in the settings. Known ones: {string.Join(", ", known.Select(section => section.Name))}.");
            }
        }

        return [.. known.Select(section => (section, section.Read(configuration)))];
    }

    /// <summary>The settings of an options class: the properties that can be set.</summary>
    public static IEnumerable<PropertyInfo> Settable(Type options) =>
        options.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite);

    /// <summary>Keys of the settings that are secrets, as Section:Key.</summary>
    public static IEnumerable<string> Secrets(IEnumerable<OptionsSection> sections) => sections.SelectMany(section => Settable(section.Type)
        .Where(property => property.IsDefined(typeof(SecretAttribute)))
        .Select(property => $"{section.Name}:{property.Name}"));

    private static TOptions Read<TOptions>(IConfiguration configuration, string section, AbstractValidator<TOptions> validator)
        where TOptions : class, new()
    {
        var settable = Settable(typeof(TOptions)).Select(property => property.Name).ToArray();
        foreach (var child in configuration.GetSection(section).GetChildren())
        {
            // The binder lets computed properties pass as known.
            if (!settable.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
            {
                throw Bad($"There is no setting '{section}:{child.Key}'. Known ones: {string.Join(", ", settable)}.");
            }
        }

        TOptions options;
        try
        {
            options = configuration.GetSection(section).Get<TOptions>(binder => binder.ErrorOnUnknownConfiguration = true) ?? new TOptions();
        }
        catch (InvalidOperationException error)
        {
            throw Bad($"The section {section} of the settings is wrong: {error.InnerException?.Message ?? error.Message}");
        }

        var result = validator.Validate(options);
        return result.IsValid ? options : throw Bad(string.Join(' ', result.Errors.Select(error => $"{section}:{error.PropertyName}: {error.ErrorMessage}")));
    }

    private static ProblemException Bad(string message) => new(ProblemCodes.BadConfiguration, message);
}
