using FluentValidation;

namespace WorkspaceServer.Features.Downloads;

/// <summary>Settings of the section "Downloads": links that download an export without a session.</summary>
internal sealed record DownloadOptions
{
    public const string Section = "Downloads";

    public const int MinLinkMinutes = 1;

    public const int MaxLinkMinutes = 10;

    /// <summary>How long a link works that downloads an export once, in minutes; 1 to 10.</summary>
    public int LinkMinutes { get; init; } = 5;

    internal sealed class Validator : AbstractValidator<DownloadOptions>
    {
        public Validator() => RuleFor(options => options.LinkMinutes).InclusiveBetween(MinLinkMinutes, MaxLinkMinutes);
    }
}
