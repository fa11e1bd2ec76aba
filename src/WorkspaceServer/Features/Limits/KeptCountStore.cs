using System.Buffers.Binary;
using WorkspaceServer.Control;
using WorkspaceServer.Hosting.Limits;

namespace WorkspaceServer.Features.Limits;

/// <summary>All SQL of this feature. Table: rate_count. Schema: Control/Migrations/0004.</summary>
internal sealed class KeptCountStore(ControlDatabase control)
{
    private const int KeyBytes = 16;

    /// <summary>Writes counters over what was there, and forgets those that are over.</summary>
    public void Write(IEnumerable<StoredCount> counts, DateTimeOffset now)
    {
        using var connection = control.Open();
        connection.Begin();
        foreach (var count in counts)
        {
            var key = new byte[KeyBytes];
            BinaryPrimitives.WriteUInt128BigEndian(key, count.Key);
            connection.Execute(
                """
                INSERT INTO rate_count (class, key, newest, counts, over) VALUES (@class, @key, @newest, @counts, @over)
                ON CONFLICT (class, key) DO UPDATE SET newest = excluded.newest, counts = excluded.counts, over = excluded.over
                """,
                ("@class", count.Class),
                ("@key", key),
                ("@newest", count.Newest),
                ("@counts", count.Counts),
                ("@over", count.Over));
        }

        connection.Execute("DELETE FROM rate_count WHERE over <= @now", ("@now", now.ToUnixTimeSeconds()));
        connection.Commit();
    }

    /// <summary>Counters of which something still counts.</summary>
    public IReadOnlyList<StoredCount> Read(DateTimeOffset now)
    {
        using var connection = control.Open();
        using var command = connection.Command("SELECT class, key, newest, counts, over FROM rate_count WHERE over > @now", ("@now", now.ToUnixTimeSeconds()));
        using var rows = command.ExecuteReader();
        var counts = new List<StoredCount>();
        while (rows.Read())
        {
            counts.Add(new StoredCount(
                rows.GetString(0), BinaryPrimitives.ReadUInt128BigEndian(rows.GetFieldValue<byte[]>(1)), rows.GetInt64(2), rows.GetFieldValue<byte[]>(3), rows.GetInt64(4)));
        }

        return counts;
    }
}
