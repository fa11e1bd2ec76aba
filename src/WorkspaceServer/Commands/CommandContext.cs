using System.CommandLine;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Commands;

/// <summary>What a verb works with: its arguments, its output and, made when first asked for, the server's services.</summary>
internal sealed class CommandContext(ParseResult arguments) : IAsyncDisposable
{
    private readonly Lazy<ServiceProvider> services = new(() => Composition.BuildServices(Settings.Load(arguments), Settings.FilesOf(arguments)));

    public ParseResult Arguments => arguments;

    public Output Output { get; } = new(arguments.GetValue(GlobalOptions.Json), arguments.InvocationConfiguration.Output, arguments.InvocationConfiguration.Error);

    public SettingsFiles Files => Settings.FilesOf(arguments);

    public T Get<T>()
        where T : notnull => services.Value.GetRequiredService<T>();

    /// <summary>The workspace with this id or name, for what the verb is about to do there.</summary>
    /// <exception cref="ProblemException">None or several have it, or the policy says no.</exception>
    public Workspace FindWorkspace(string idOrName, Permission permission, WorkspaceState state = WorkspaceState.InUse)
    {
        var workspace = FindWorkspace(idOrName, state);
        Require(permission, workspace.Id);
        return workspace;
    }

    /// <summary>The person with this address, for what the verb is about to do to their account.</summary>
    /// <exception cref="ProblemException">Nobody has it, or the policy says no.</exception>
    public Person FindPerson(string email)
    {
        Require(Permissions.SystemUsers);
        return Get<PeopleStore>().FindByEmail(email)
            ?? throw new ProblemException(ProblemCodes.NotFound, "Nobody has this address. List people with: workspace-server user list");
    }

    /// <summary>Asks the policy for what belongs to the whole server.</summary>
    /// <exception cref="ProblemException">It says no.</exception>
    public void Require(Permission permission) => Require(permission, workspace: null);

    public async ValueTask DisposeAsync()
    {
        if (services.IsValueCreated)
        {
            await services.Value.DisposeAsync();
        }
    }

    private void Require(Permission permission, WorkspaceId? workspace)
    {
        if (!Get<Policy>().May(Principal.Operator, permission, workspace).IsAllowed)
        {
            throw new ProblemException(ProblemCodes.Forbidden, "You may not do that.");
        }
    }

    private Workspace FindWorkspace(string idOrName, WorkspaceState state)
    {
        var all = Get<WorkspaceStore>().ListKept().Where(each => state == WorkspaceState.Any || each.HeldUntil is not null == (state == WorkspaceState.OnHold)).ToArray();
        if (WorkspaceId.TryParse(idOrName, out var id) && all.FirstOrDefault(each => each.Id == id) is { } byId)
        {
            return byId;
        }

        var named = all.Where(workspace => workspace.Name.Equals(idOrName, StringComparison.OrdinalIgnoreCase)).ToArray();
        return named.Length switch
        {
            1 => named[0],
            0 => throw new ProblemException(ProblemCodes.NotFound, $"There is no workspace '{idOrName}'. List them with: workspace-server workspace list{(state == WorkspaceState.OnHold ? " --deleted" : "")}"),
            _ => throw new ProblemException(ProblemCodes.InvalidArgument, $"{named.Length} workspaces are named '{idOrName}'. Use the id of one of them."),
        };
    }
}

/// <summary>Which workspaces a verb is about.</summary>
internal enum WorkspaceState
{
    InUse,

    /// <summary>Deleted, and not destroyed yet.</summary>
    OnHold,

    Any,
}
