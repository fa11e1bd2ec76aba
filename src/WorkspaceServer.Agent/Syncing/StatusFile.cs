using System.Text.Json;
using WorkspaceServer.Agent.Settings;

namespace WorkspaceServer.Agent.Syncing;

/// <summary>How the last sync went, for `status`: kept in a file, because the service and the command line are two processes.</summary>
/// <param name="Problem">Why nothing was synced at all, or null.</param>
internal sealed record SyncStatus(DateTimeOffset StartedAt, DateTimeOffset EndedAt, IReadOnlyList<TableOutcome> Tables, string? Problem = null)
{
    public static SyncStatus? Load(AgentHome home)
    {
        try
        {
            return File.Exists(home.Status) ? JsonSerializer.Deserialize(File.ReadAllBytes(home.Status), AgentJson.Default.SyncStatus) : null;
        }
        catch (JsonException)
        {
            // It only tells about the past; the next sync writes it anew.
            return null;
        }
    }

    public void Save(AgentHome home) =>
        SafeFile.Write(home.Status, JsonSerializer.SerializeToUtf8Bytes(this, AgentJson.Default.SyncStatus), UnixFileMode.UserRead | UnixFileMode.UserWrite);
}
