using FluentValidation;

namespace WorkspaceServer.Workspaces;

/// <summary>Settings of the section "Workspaces".</summary>
internal sealed record WorkspaceOptions
{
    public const string Section = "Workspaces";

    /// <summary>Workspaces kept open at the same time; 1 to 10,000. The one unused for longest is closed.</summary>
    public int MaxOpen { get; init; } = 200;

    /// <summary>Whether everybody with an account may make workspaces, or only who runs the server; true or false.</summary>
    public bool AnyoneMayCreate { get; init; }

    /// <summary>Workspaces that one person may own before they can make no more on the pages; 1 to 1,000.</summary>
    public int MaxOwned { get; init; } = 20;

    internal sealed class Validator : AbstractValidator<WorkspaceOptions>
    {
        public Validator()
        {
            RuleFor(options => options.MaxOpen).InclusiveBetween(1, 10_000);
            RuleFor(options => options.MaxOwned).InclusiveBetween(1, 1_000);
        }
    }
}
