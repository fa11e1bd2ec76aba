namespace WorkspaceServer.Hosting.Checks;

/// <summary>Looks at one thing that the server needs. It changes nothing, and what it throws counts as a failure.</summary>
internal interface ICheck
{
    Task<IReadOnlyList<Finding>> LookAsync(CheckRequest request, CancellationToken cancel);
}

/// <summary>A check that finds one thing, at once.</summary>
internal abstract class QuickCheck : ICheck
{
    public Task<IReadOnlyList<Finding>> LookAsync(CheckRequest request, CancellationToken cancel) => Task.FromResult<IReadOnlyList<Finding>>([Look(request)]);

    protected abstract Finding Look(CheckRequest request);
}

/// <summary>How far to look.</summary>
/// <param name="Reach">Checks up to this one are made.</param>
/// <param name="Host">Also look at the machine around the server.</param>
/// <param name="Server">Look at the server itself.</param>
internal sealed record CheckRequest(CheckReach Reach, bool Host = false, bool Server = true);

/// <summary>What a check costs, and so where it may be made.</summary>
internal enum CheckReach
{
    /// <summary>Milliseconds, however many workspaces there are: also for a page.</summary>
    Quick,

    /// <summary>Opens every workspace's file: for the command line.</summary>
    Every,

    /// <summary>Reads every page of every file, about 10 s for each GB.</summary>
    Thorough,
}
