using System.Text.Json;
using System.Text.Json.Serialization;
using WorkspaceServer.Agent.Syncing;

namespace WorkspaceServer.Agent.Settings;

/// <summary>The pairing, without its secret.</summary>
/// <param name="ServerKey">The key that the server showed at pairing, base64url. Only it is believed.</param>
internal sealed record PairingConfig(string Url, string AgentId, string Name, string WorkspaceId, string WorkspaceName, string Audience, string ServerKey, DateTimeOffset PairedAt);

/// <param name="Table">As the source names it.</param>
/// <param name="Name">As the workspace names it.</param>
/// <param name="Key">Columns that name a row, by their names in the workspace; none: the table is sent whole whenever something changed.</param>
/// <param name="Only">The columns that leave this computer; null: all, those that are added later too.</param>
/// <param name="Without">Columns that never leave this computer.</param>
internal sealed record TableConfig(string Table, string Name, IReadOnlyList<string> Key, IReadOnlyList<string>? Only, IReadOnlyList<string> Without)
{
    /// <summary>Names of columns are the same whatever their case, as in the workspace.</summary>
    public bool Leaves(string column) =>
        (Only is null || Only.Contains(column, StringComparer.OrdinalIgnoreCase)) && !Without.Contains(column, StringComparer.OrdinalIgnoreCase);
}

[JsonConverter(typeof(JsonStringEnumConverter<SourceKind>))]
internal enum SourceKind
{
    [JsonStringEnumMemberName("files")]
    Files,

    [JsonStringEnumMemberName("sqlite")]
    Sqlite,

    [JsonStringEnumMemberName("postgres")]
    Postgres,

    [JsonStringEnumMemberName("mysql")]
    MySql,

    [JsonStringEnumMemberName("sqlserver")]
    SqlServer,

    [JsonStringEnumMemberName("tally")]
    Tally,
}

/// <param name="Place">A path, or Tally's address. Connections of databases are secrets and are not here.</param>
/// <param name="Encoding">Of text files; null: found out.</param>
/// <param name="Delimiter">Of text files; null: found out.</param>
/// <param name="Company">Of Tally; null: the one that is open.</param>
internal sealed record SourceConfig(
    string Name, SourceKind Kind, string Place, IReadOnlyList<TableConfig> Tables, string? Encoding = null, string? Delimiter = null, string? Company = null);

/// <summary>When the service syncs.</summary>
/// <param name="EveryMinutes">Minutes between two syncs: 1 to 1440.</param>
/// <param name="WatchFiles">Whether a change of a file starts a sync at once.</param>
/// <param name="QuietFrom">HH:mm of this computer's time; from then no sync starts by itself. Null: there are no quiet hours.</param>
/// <param name="QuietTo">HH:mm, when quiet hours end; before <paramref name="QuietFrom"/> if they go over midnight.</param>
internal sealed record ScheduleConfig(int EveryMinutes = 15, bool WatchFiles = true, string? QuietFrom = null, string? QuietTo = null);

/// <summary>agent.json. It holds no secret.</summary>
internal sealed record AgentConfig(PairingConfig? Pairing, IReadOnlyList<SourceConfig> Sources, ScheduleConfig Schedule)
{
    public static readonly AgentConfig Empty = new(null, [], new ScheduleConfig());

    public static AgentConfig Load(AgentHome home)
    {
        try
        {
            return File.Exists(home.Settings) ? JsonSerializer.Deserialize(File.ReadAllBytes(home.Settings), AgentJson.Default.AgentConfig)! : Empty;
        }
        catch (JsonException error)
        {
            throw new AgentException(AgentProblem.BadConfiguration, $"{home.Settings} is not right: {error.Message}", error);
        }
    }

    public void Save(AgentHome home)
    {
        home.Create();
        SafeFile.Write(home.Settings, JsonSerializer.SerializeToUtf8Bytes(this, AgentJson.Default.AgentConfig), UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    /// <exception cref="AgentException">The agent is not paired.</exception>
    public PairingConfig RequirePairing() => Pairing
        ?? throw new AgentException(AgentProblem.NotPaired, "This agent is not paired. Make a pairing token in the dashboard (Agents, Add) and run: workspace-agent pair --url URL --token-file FILE");
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AgentConfig))]
[JsonSerializable(typeof(Secrets))]
[JsonSerializable(typeof(SyncStatus))]
[JsonSerializable(typeof(string?[]))]
[JsonSerializable(typeof(List<List<string?[]>>))]
internal sealed partial class AgentJson : JsonSerializerContext;
