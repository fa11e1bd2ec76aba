using System.Text.Json;
using WorkspaceServer.Agent.Settings;

namespace WorkspaceServer.Agent.Outbox;

/// <summary>Objects of a source that is slow to ask, as they were when their number of change was the one that is kept. Encrypted.</summary>
internal sealed class ObjectCache(OutboxStore store, string source)
{
    /// <summary>The number of change of each object.</summary>
    public Dictionary<string, long> Numbers(string type) => store
        .Read("SELECT guid, alter_id FROM source_object WHERE source = @source AND type = @type", row => (Guid: row.GetString(0), AlterId: row.GetInt64(1)), ("@source", source), ("@type", type))
        .ToDictionary(each => each.Guid, each => each.AlterId, StringComparer.Ordinal);

    /// <param name="objects">Of each: for each table the rows that it gives.</param>
    public void Put(string type, IEnumerable<(string Guid, long AlterId, IReadOnlyList<IReadOnlyList<string?[]>> Tables)> objects)
    {
        using var transaction = store.Begin();
        foreach (var (guid, alterId, tables) in objects)
        {
            var body = JsonSerializer.SerializeToUtf8Bytes([.. tables.Select(rows => rows.ToList())], AgentJson.Default.ListListStringArray);
            store.Execute(
                """
                INSERT INTO source_object (source, type, guid, alter_id, body) VALUES (@source, @type, @guid, @number, @body)
                ON CONFLICT DO UPDATE SET alter_id = excluded.alter_id, body = excluded.body
                """,
                ("@source", source), ("@type", type), ("@guid", guid), ("@number", alterId), ("@body", store.Key.Encrypt(body)));
        }

        transaction.Commit();
    }

    /// <summary>Forgets the objects that are not among these: they are gone at the source.</summary>
    public void Keep(string type, IEnumerable<string> guids)
    {
        var there = guids.ToHashSet(StringComparer.Ordinal);
        using var transaction = store.Begin();
        foreach (var gone in Numbers(type).Keys.Where(guid => !there.Contains(guid)))
        {
            store.Execute("DELETE FROM source_object WHERE source = @source AND type = @type AND guid = @guid", ("@source", source), ("@type", type), ("@guid", gone));
        }

        transaction.Commit();
    }

    /// <summary>For each table the rows of the object, or null if it is not kept.</summary>
    public IReadOnlyList<IReadOnlyList<string?[]>>? Get(string type, string guid) =>
        store.Scalar("SELECT body FROM source_object WHERE source = @source AND type = @type AND guid = @guid", ("@source", source), ("@type", type), ("@guid", guid)) is byte[] body
            ? JsonSerializer.Deserialize(store.Key.Decrypt(body), AgentJson.Default.ListListStringArray)
            : null;
}
