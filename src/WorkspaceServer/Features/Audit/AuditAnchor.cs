using System.Globalization;
using WorkspaceServer.Control;
using WorkspaceServer.Vault.Databases;

namespace WorkspaceServer.Features.Audit;

/// <summary>How far the log had come, in a file beside the database: whoever puts an older control.db back cannot put back this.</summary>
/// <remarks>
/// It is raised at most once a second and when the program ends, so it may be a little behind, never ahead. It is not raised over a log that
/// does not hold the row it names; then <c>audit verify</c> says so until an operator who restored on purpose removes the file.
/// </remarks>
internal sealed class AuditAnchor(DataFolder folder, ControlDatabase control, AuditStore store, AuditChain chain)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // Of all instances in the program.
    private static int written;

    /// <summary>Null if there is no file.</summary>
    /// <exception cref="InvalidDataException">The file is not what this class wrote.</exception>
    public ChainPoint? Read()
    {
        if (!File.Exists(folder.AuditAnchor))
        {
            return null;
        }

        var parts = File.ReadAllText(folder.AuditAnchor).Trim().Split(' ');
        try
        {
            if (parts.Length == 3)
            {
                var point = new ChainPoint(long.Parse(parts[0], CultureInfo.InvariantCulture), Convert.FromHexString(parts[1]));
                if (chain.OfAnchor(point).AsSpan().SequenceEqual(Convert.FromHexString(parts[2])))
                {
                    return point;
                }
            }
        }
        catch (FormatException)
        {
            // Refused below, like every other file that is not ours.
        }

        throw new InvalidDataException("The anchor of the audit log was changed by somebody who has no key to it.");
    }

    /// <summary>Brings the file up to where the log stands. A log whose end is forged is left to <see cref="AuditVerifier"/>.</summary>
    public void Raise()
    {
        using var connection = control.Open();
        if (store.TryHead(connection) is { Seq: > 0 } head && IsConfirmed(connection, head))
        {
            Write(head);
        }
    }

    /// <summary>True if the log holds the row that the anchor names, or a sweep removed it.</summary>
    private bool IsConfirmed(ControlConnection connection, ChainPoint head)
    {
        ChainPoint? anchor;
        try
        {
            anchor = Read();
        }
        catch (InvalidDataException)
        {
            return false;
        }

        return anchor is null
            || (anchor.Seq <= head.Seq
                && (AuditStore.MacOf(connection, anchor.Seq) is { } mac ? anchor.RowMac.AsSpan().SequenceEqual(mac) : AuditStore.Cut(connection)?.Cut.Point.Seq >= anchor.Seq));
    }

    private void Write(ChainPoint point)
    {
        // Several may write at once; each has a file of its own, and the last rename wins.
        var temporary = $"{folder.AuditAnchor}.{Environment.ProcessId}.{Interlocked.Increment(ref written)}";
        using (var file = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
        {
            file.Write(System.Text.Encoding.ASCII.GetBytes($"{point.Seq} {Convert.ToHexStringLower(point.RowMac)} {Convert.ToHexStringLower(chain.OfAnchor(point))}\n"));
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, folder.AuditAnchor, overwrite: true);
    }
}
