using FluentValidation;
using WorkspaceServer.Features.Backups.Generations;
using WorkspaceServer.Workspaces;
using static WorkspaceServer.Dashboard.Languages.PageTexts;

namespace WorkspaceServer.Features.Backups.Copies;

/// <param name="Moment">As the list of moments names it.</param>
/// <param name="Name">What the copy is to be called.</param>
internal sealed record CopyToAsk(string Moment, string Name)
{
    internal sealed class Validator : AbstractValidator<CopyToAsk>
    {
        public Validator()
        {
            RuleFor(copy => copy.Moment).Must(moment => MomentKey.Parse(moment) is not null).WithMessage(_ => T["Choose a moment of the list."]);
            RuleFor(copy => copy.Name)
                .Must(name => name?.Trim() is { Length: > 0 and <= WorkspaceLifecycle.MaxNameLength } trimmed && !trimmed.Any(char.IsControl))
                .WithMessage(_ => T["Give a name of 1 to {0} characters.", WorkspaceLifecycle.MaxNameLength]);
        }
    }
}

/// <summary>Which moments are listed: ?night= is a whole backup, after which the changes are listed, too.</summary>
internal sealed record MomentQuery
{
    private static readonly Validator Rules = new();

    public string? Night { get; init; }

    /// <exception cref="Hosting.ProblemException">A rule is broken.</exception>
    public MomentQuery Checked() => Hosting.Input.Checked(this, Rules);

    internal sealed class Validator : AbstractValidator<MomentQuery>
    {
        public Validator() => RuleFor(query => query.Night).Must(night => night is null || MomentKey.Parse(night) is { Pack: null }).WithMessage("night is the moment of a whole backup.");
    }
}

/// <summary>Why whoever runs the server says no.</summary>
internal sealed record Declining(string Reason)
{
    internal sealed class Validator : AbstractValidator<Declining>
    {
        public Validator() => RuleFor(body => body.Reason)
            .Must(IsReason)
            .WithMessage(_ => T["Say why, in 1 to {0} characters. Whoever asked reads it.", RestoreRequests.MaxReasonLength]);

        public static bool IsReason(string? reason) => reason?.Trim() is { Length: > 0 and <= RestoreRequests.MaxReasonLength };
    }
}
