using System.Collections;
using WorkspaceServer.Dashboard.Languages;

namespace WorkspaceServer.Features.Access;

/// <summary>One thing that somebody may be allowed to do.</summary>
/// <param name="Name">As it is stored and shown. A promise: never rename one.</param>
/// <param name="Meaning">What it opens, in one line.</param>
/// <param name="IsSystem">Belongs to the whole server, and so to super admins only; no role of a workspace holds it.</param>
/// <param name="Bit">Its place in a <see cref="PermissionSet"/>.</param>
internal sealed record Permission(string Name, LaterText Meaning, bool IsSystem, ulong Bit)
{
    public override string ToString() => Name;
}

/// <summary>A set of permissions, small enough that asking it costs nothing.</summary>
internal readonly record struct PermissionSet(ulong Bits) : IEnumerable<Permission>
{
    public static readonly PermissionSet Empty;

    public static PermissionSet Of(params IEnumerable<Permission> permissions) =>
        new(permissions.Aggregate(0UL, (bits, permission) => bits | permission.Bit));

    public bool Contains(Permission permission) => (Bits & permission.Bit) != 0;

    public bool Covers(PermissionSet other) => (other.Bits & ~Bits) == 0;

    public PermissionSet With(PermissionSet other) => new(Bits | other.Bits);

    public PermissionSet Without(PermissionSet other) => new(Bits & ~other.Bits);

    public PermissionSet And(PermissionSet other) => new(Bits & other.Bits);

    /// <summary>In the order of the list.</summary>
    public IEnumerator<Permission> GetEnumerator()
    {
        var bits = Bits;
        return Permissions.All.Where(permission => (bits & permission.Bit) != 0).GetEnumerator();
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => string.Join(' ', this);
}
