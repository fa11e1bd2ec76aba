using FluentValidation;

namespace WorkspaceServer.Hosting.Limits;

/// <summary>Settings of the section "Limits": how many requests of each class one key may make in the window of the class.</summary>
internal sealed record LimitOptions
{
    public const string Section = "Limits";

    /// <summary>Most that a class may be set to.</summary>
    private const int MaxRequests = 1_000_000;

    /// <summary>Probes and public documents, requests a minute by address; 1 to 1,000,000.</summary>
    public int Public { get; init; } = RateClasses.Public.Requests;

    /// <summary>Files that pages load, requests a minute by address; 1 to 1,000,000.</summary>
    public int Assets { get; init; } = RateClasses.Assets.Requests;

    /// <summary>Calls of /mcp, a minute by token; 1 to 1,000,000.</summary>
    public int Mcp { get; init; } = RateClasses.Mcp.Requests;

    /// <summary>Pages and forms, requests a minute by person; 1 to 1,000,000.</summary>
    public int Pages { get; init; } = RateClasses.Pages.Requests;

    /// <summary>Requests to /api, a minute by person; 1 to 1,000,000.</summary>
    public int Api { get; init; } = RateClasses.Api.Requests;

    /// <summary>Passwords, codes and links, tries a minute by address; 1 to 1,000,000.</summary>
    public int SignIn { get; init; } = RateClasses.SignIn.Requests;

    /// <summary>Bad bearer tokens a minute by address; 1 to 1,000,000. Tokens that were good before go on working.</summary>
    public int BadTokens { get; init; } = RateClasses.BadTokens.Requests;

    /// <summary>Registrations of OAuth clients an hour by address; 1 to 1,000,000.</summary>
    public int ClientRegistration { get; init; } = RateClasses.ClientRegistration.Requests;

    /// <summary>Exchanges of OAuth tokens a minute by address; 1 to 1,000,000.</summary>
    public int TokenExchange { get; init; } = RateClasses.TokenExchange.Requests;

    /// <summary>Pairing codes tried a minute by address; 1 to 1,000,000.</summary>
    public int Pairing { get; init; } = RateClasses.Pairing.Requests;

    /// <summary>Requests of one agent a minute; 1 to 1,000,000.</summary>
    public int Sync { get; init; } = RateClasses.Sync.Requests;

    /// <summary>Copies of what is kept about a person, an hour by person; 1 to 1,000,000.</summary>
    public int Export { get; init; } = RateClasses.Export.Requests;

    /// <summary>Messages to the operator an hour by address; 1 to 1,000,000.</summary>
    public int Contact { get; init; } = RateClasses.Contact.Requests;

    /// <summary>Requests to be let in an hour by address; 1 to 1,000,000.</summary>
    public int Waitlist { get; init; } = RateClasses.Waitlist.Requests;

    /// <summary>How many requests of each class are allowed.</summary>
    public IReadOnlyDictionary<RateClass, int> ByClass() => RateClasses.BySetting.ToDictionary(
        entry => entry.Value, entry => typeof(LimitOptions).GetProperty(entry.Key)?.GetValue(this) as int? ?? entry.Value.Requests);

    internal sealed class Validator : AbstractValidator<LimitOptions>
    {
        public Validator() => RuleFor(options => options).Custom((options, context) =>
        {
            foreach (var property in OptionsSections.Settable(typeof(LimitOptions)).Where(property => property.GetValue(options) is < 1 or > MaxRequests))
            {
                context.AddFailure(property.Name, $"must be 1 to {MaxRequests}.");
            }
        });
    }
}
