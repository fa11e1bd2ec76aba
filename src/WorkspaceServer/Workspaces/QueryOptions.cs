using FluentValidation;

namespace WorkspaceServer.Workspaces;

/// <summary>Settings of the section "Query": what one question may cost.</summary>
internal sealed record QueryOptions
{
    public const string Section = "Query";

    /// <summary>Longest time for one question, in milliseconds; 100 to 60,000.</summary>
    public int DeadlineMilliseconds { get; init; } = 5000;

    /// <summary>Worker processes for ordinary questions; 0 for one per processor, at least 2; at most 64.</summary>
    public int Workers { get; init; }

    public TimeSpan Deadline => TimeSpan.FromMilliseconds(DeadlineMilliseconds);

    internal sealed class Validator : AbstractValidator<QueryOptions>
    {
        public Validator()
        {
            RuleFor(options => options.DeadlineMilliseconds).InclusiveBetween(100, 60_000);
            RuleFor(options => options.Workers).InclusiveBetween(0, 64);
        }
    }
}
