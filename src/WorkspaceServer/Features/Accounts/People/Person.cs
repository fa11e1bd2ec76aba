namespace WorkspaceServer.Features.Accounts.People;

/// <summary>What a person may do in the whole system.</summary>
internal enum SystemRole
{
    User,

    /// <summary>Runs the server: people, settings, backups.</summary>
    SuperAdmin,
}

/// <summary>Somebody who can sign in. How they prove who they are stands elsewhere.</summary>
internal sealed record Person(string Id, string Email, string Name, SystemRole Role, DateTimeOffset CreatedAt, DateTimeOffset? SuspendedAt)
{
    /// <summary>Longest name, in characters.</summary>
    public const int MaxNameLength = 100;

    public static Person New(string email, string name, SystemRole role, DateTimeOffset now) =>
        new(Guid.CreateVersion7(now).ToString("n"), email.Trim(), name.Trim(), role, now, null);
}
