using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Backups.Keys;

/// <summary>Sees when backups are encrypted to others than before, whoever changed the settings: then every file is uploaded anew, so that each recipient alone can bring everything back.</summary>
internal sealed class RecipientWatch(BackupOptions options, BackupStore runs, AuditLog audit, TimeProvider clock)
{
    public static readonly Recording Recording = Recording.As(AuditActions.BackupRecipientsChanged);

    private string[] Wanted => [.. options.Recipients.Order(StringComparer.Ordinal)];

    /// <summary>Whether a whole backup must be made before anything else.</summary>
    public bool IsChanged => runs.Recipients() is not { } known || !known.SequenceEqual(Wanted, StringComparer.Ordinal);

    /// <summary>Before a whole backup: remembers and records a change.</summary>
    public void Note()
    {
        if (IsChanged)
        {
            var (known, wanted) = (runs.Recipients() ?? [], Wanted);
            runs.NoteRecipients(wanted, clock.GetUtcNow(), connection => audit.Append(connection, new AuditEntry(AuditActions.BackupRecipientsChanged)
            {
                Details = [("added", wanted.Except(known).ToArray()), ("removed", known.Except(wanted).ToArray()), ("recipients", wanted)],
            }));
        }
    }
}
