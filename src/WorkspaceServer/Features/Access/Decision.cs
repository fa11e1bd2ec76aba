namespace WorkspaceServer.Features.Access;

/// <summary>How the policy answers.</summary>
internal enum Verdict
{
    Allowed,

    /// <summary>A member, and not allowed to do this.</summary>
    Forbidden,

    /// <summary>The membership, or the person, is suspended.</summary>
    Suspended,

    /// <summary>No member. Whether there is such a workspace stays ours.</summary>
    NotFound,
}

/// <param name="SupportGrant">The grant that alone allows it; each use of it has to be recorded.</param>
internal sealed record Decision(Verdict Verdict, string? SupportGrant = null)
{
    public static readonly Decision Allowed = new(Verdict.Allowed);
    public static readonly Decision Forbidden = new(Verdict.Forbidden);
    public static readonly Decision Suspended = new(Verdict.Suspended);
    public static readonly Decision NotFound = new(Verdict.NotFound);

    public bool IsAllowed => Verdict == Verdict.Allowed;
}
