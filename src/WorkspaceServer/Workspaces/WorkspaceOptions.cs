using FluentValidation;

namespace WorkspaceServer.Workspaces;

/// <summary>Settings of the section "Workspaces".</summary>
internal sealed record WorkspaceOptions
{
    public const string Section = "Workspaces";

    /// <summary>Workspaces kept open at the same time; 1 to 10,000. The one unused for longest is closed.</summary>
    public int MaxOpen { get; init; } = 200;

    internal sealed class Validator : AbstractValidator<WorkspaceOptions>
    {
        public Validator() => RuleFor(options => options.MaxOpen).InclusiveBetween(1, 10_000);
    }
}
