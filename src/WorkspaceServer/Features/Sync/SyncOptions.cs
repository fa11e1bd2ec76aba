using FluentValidation;
using WorkspaceServer.Workspaces.Sync;

namespace WorkspaceServer.Features.Sync;

/// <summary>Settings of the section "Sync": how much agents may send into one workspace.</summary>
internal sealed record SyncOptions
{
    public const string Section = "Sync";

    /// <summary>Size of a workspace's file beyond which agents send nothing more, in MiB; 1 to 1,000,000.</summary>
    public int MaxWorkspaceMebibytes { get; init; } = 10_240;

    /// <summary>Batches of one workspace that are taken at the same time; 1 to 64. More are told to come again.</summary>
    public int MaxBatchesInFlight { get; init; } = 4;

    /// <summary>Runs of one workspace that are open at the same time; 1 to 1,000.</summary>
    public int MaxOpenRuns { get; init; } = 16;

    public SyncBounds Bounds => new((long)MaxWorkspaceMebibytes << 20, MaxOpenRuns);

    internal sealed class Validator : AbstractValidator<SyncOptions>
    {
        public Validator()
        {
            RuleFor(options => options.MaxWorkspaceMebibytes).InclusiveBetween(1, 1_000_000);
            RuleFor(options => options.MaxBatchesInFlight).InclusiveBetween(1, 64);
            RuleFor(options => options.MaxOpenRuns).InclusiveBetween(1, 1_000);
        }
    }
}
