using FluentValidation;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Challenges;

/// <summary>Who tells people from programs.</summary>
internal enum ChallengeProvider
{
    /// <summary>Nobody: forms of strangers are guarded by the limits alone.</summary>
    None,

    /// <summary>Cloudflare Turnstile.</summary>
    Turnstile,
}

/// <summary>Settings of the section "Challenge": whether strangers show that they are people before a form of theirs sends mail.</summary>
internal sealed record ChallengeOptions
{
    public const string Section = "Challenge";

    private const int MaxLength = 100;

    /// <summary>Cloudflare's published keys for trying it out: 1x…, 2x… and 3x…, each followed by zeros.</summary>
    private static readonly string[] TestKeys = ["1x00000000000000000000", "2x00000000000000000000", "3x00000000000000000000"];

    /// <summary>none or turnstile. With turnstile the forms for a new account, a forgotten password and a sign-in link take a proof by Cloudflare, and their pages load its script.</summary>
    public ChallengeProvider Provider { get; init; } = ChallengeProvider.None;

    /// <summary>The widget's site key, which everybody may see. The widget has to be made for the host of Server:PublicUrl.</summary>
    public string SiteKey { get; init; } = "";

    /// <summary>The widget's secret key. Belongs in server.env.</summary>
    [Secret]
    public string SecretKey { get; init; } = "";

    internal sealed class Validator : AbstractValidator<ChallengeOptions>
    {
        public Validator()
        {
            RuleFor(options => options.Provider).IsInEnum();
            RuleFor(options => options.SiteKey).Must(IsKey).WithMessage("must be a site key as Cloudflare shows it: letters, digits, - and _.");
            RuleFor(options => options.SecretKey).Must(IsKey).WithMessage("must be a secret key as Cloudflare shows it: letters, digits, - and _.");
            When(options => options.Provider == ChallengeProvider.Turnstile, () =>
            {
                RuleFor(options => options.SiteKey).NotEmpty().WithMessage("must be set, since Challenge:Provider is turnstile.");
                RuleFor(options => options.SecretKey).NotEmpty().WithMessage("must be set in server.env, since Challenge:Provider is turnstile.");
                RuleFor(options => options.SiteKey).Must(IsReal).WithMessage("is one of Cloudflare's keys for tests. Take that of a widget of yours.");
                RuleFor(options => options.SecretKey).Must(IsReal).WithMessage("is one of Cloudflare's keys for tests, which say the same of everybody. Take that of a widget of yours.");
            });
        }

        private static bool IsKey(string key) => key.Length <= MaxLength && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

        private static bool IsReal(string key) => !TestKeys.Any(each => key.StartsWith(each, StringComparison.OrdinalIgnoreCase));
    }
}
