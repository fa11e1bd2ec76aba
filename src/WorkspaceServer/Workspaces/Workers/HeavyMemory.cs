using WorkspaceServer.Vault;
using WorkspaceServer.Vault.Sandbox;

namespace WorkspaceServer.Workspaces.Workers;

/// <summary>Which statements were heavy the last time they ran, so that they need not be tried among the ordinary ones again.</summary>
/// <remarks>
/// A table of hashes, in which a newer statement takes the place of an older one; what it gets wrong costs a wait or a slice, never an answer. .NET seeds
/// the hashes of texts for each process, so nobody can aim at another's. Not safe for several threads at once; its user holds a lock.
/// </remarks>
internal sealed class HeavyMemory
{
    /// <summary>Statements that are remembered.</summary>
    internal const int Places = 1024;

    private readonly int[] hashes = new int[Places];

    public bool Has(WorkspaceId workspace, SandboxRequest request)
    {
        var hash = Hash(workspace, request);
        return hashes[Place(hash)] == hash;
    }

    public void Note(WorkspaceId workspace, SandboxRequest request, bool isHeavy)
    {
        var hash = Hash(workspace, request);
        ref var place = ref hashes[Place(hash)];
        place = isHeavy ? hash : place == hash ? 0 : place;
    }

    private static int Place(int hash) => (int)(unchecked((uint)hash) % Places);

    private static int Hash(WorkspaceId workspace, SandboxRequest request)
    {
        var hash = default(HashCode);
        hash.Add(workspace);
        hash.Add(request.Sql);
        foreach (var parameter in request.Parameters)
        {
            hash.Add(parameter);
        }

        // Zero is an empty place.
        return hash.ToHashCode() is var number and not 0 ? number : 1;
    }
}
