using System.Globalization;
using WorkspaceServer.Hosting.Checks;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Health.Checks;

/// <summary>A worker starts, answers, and the kernel filters its system calls.</summary>
internal sealed class SandboxCheck(WorkspaceStore store, IWorkspaceGateway gateway, QueryOptions options) : ICheck
{
    private const string KernelSays = "/proc/sys/kernel/seccomp/actions_avail";

    public async Task<IReadOnlyList<Finding>> LookAsync(CheckRequest request, CancellationToken cancel) => [await TryAsync(cancel), Filter()];

    /// <summary>The workspace whose file a worker is tried on, or null.</summary>
    public static WorkspaceId? TriedOn(WorkspaceStore store) => store.List() is [var first, ..] ? first.Id : null;

    private async Task<Finding> TryAsync(CancellationToken cancel)
    {
        if (TriedOn(store) is not { } first)
        {
            return Finding.Ok("the workers start; none was asked, for there is no workspace yet");
        }

        var question = new QueryMessage("SELECT 1", ReadAccess.Everything, 1, 1000, options.Deadline);
        var answer = await gateway.QueryAsync(first, question, cancel);
        return Finding.Ok(string.Create(CultureInfo.InvariantCulture, $"a worker answered in {answer.Elapsed.TotalMilliseconds:0.0} ms"));
    }

    private static Finding Filter() => File.Exists(KernelSays)
        ? Finding.Ok("the kernel filters the workers' system calls", KernelSays)
        : Finding.Warn("This kernel has no seccomp, so statements run without the second wall around them.", KernelSays, "run the server on a kernel that is built with CONFIG_SECCOMP_FILTER, as Debian's are");
}
