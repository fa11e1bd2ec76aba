using System.Security.Cryptography;
using System.Text.Json.Serialization;

namespace WorkspaceServer.Protocol;

/// <summary>How the batches of a run become the table.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SyncMode>))]
public enum SyncMode
{
    /// <summary>The rows are all there are; they take the place of the table in one step.</summary>
    [JsonStringEnumMemberName("snapshot")]
    Snapshot,

    /// <summary>Rows are added, or take the place of the row with their key; deletes remove a row by its key. In the order of batches and rows.</summary>
    [JsonStringEnumMemberName("upsert")]
    Upsert,

    /// <summary>Rows are added.</summary>
    [JsonStringEnumMemberName("append")]
    Append,
}

[JsonConverter(typeof(JsonStringEnumConverter<RunStatus>))]
public enum RunStatus
{
    /// <summary>Takes batches.</summary>
    [JsonStringEnumMemberName("open")]
    Open,

    /// <summary>Visible, all of it.</summary>
    [JsonStringEnumMemberName("committed")]
    Committed,

    /// <summary>Forgotten; nothing of it was visible.</summary>
    [JsonStringEnumMemberName("abandoned")]
    Abandoned,
}

/// <summary>What a column means.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SyncType>))]
public enum SyncType
{
    [JsonStringEnumMemberName("text")]
    Text,

    /// <summary>64 bits, signed.</summary>
    [JsonStringEnumMemberName("integer")]
    Integer,

    /// <summary>Exact; at most 15 significant digits and 15 places after the point.</summary>
    [JsonStringEnumMemberName("decimal")]
    Decimal,

    [JsonStringEnumMemberName("boolean")]
    Boolean,

    /// <summary>YYYY-MM-DD.</summary>
    [JsonStringEnumMemberName("date")]
    Date,

    /// <summary>YYYY-MM-DDThh:mm[:ss[.fffffff]][Z|±hh:mm].</summary>
    [JsonStringEnumMemberName("date_time")]
    DateTime,
}

/// <param name="Name">A letter or _, then letters, digits or _ (A to Z), at most 63; compared without regard to case.</param>
/// <param name="Description">For people and AIs, such as the name that the source has; or null.</param>
public sealed record SyncColumn(string Name, SyncType Type, string? Description = null);

/// <param name="Key">Names of the columns whose values name a row: none, or up to eight; needed for <see cref="SyncMode.Upsert"/>. Their cells are never null.</param>
public sealed record SyncSchema(string Table, IReadOnlyList<SyncColumn> Columns, IReadOnlyList<string> Key, string? Description = null);

/// <summary>Begins a run, or finds it again after either side was interrupted: the same request gives the same run.</summary>
/// <param name="Source">Where the rows come from, for people: a file name, a database; at most 100 characters.</param>
/// <param name="BasedOn">The last committed run that the agent knows of, on which its changes build; null with a snapshot.</param>
public sealed record RunRequest(SyncMode Mode, SyncSchema Schema, string Source, string? BasedOn = null);

/// <param name="ReceivedThrough">Batches 1 to this number are safe; resume with the next one.</param>
/// <param name="Received">How many are safe, those after a gap too.</param>
/// <param name="Result">What became of it, once it is committed.</param>
public sealed record RunAnswer(string Run, string Table, SyncMode Mode, RunStatus Status, int ReceivedThrough, int Received, CommitResult? Result = null);

/// <summary>Makes a run visible, if the server comes to the same totals. Sent again it gives the same answer.</summary>
/// <param name="Batches">How many there are. With none an upsert says: nothing has changed, the table is as fresh as now.</param>
/// <param name="Hash">See <see cref="RunHash"/>.</param>
/// <param name="Totals">Of the whole table after the run, as the agent sees its source.</param>
public sealed record CommitRequest(int Batches, string Hash, ControlTotals Totals);

/// <param name="RowsIn">Rows and deletes that came.</param>
/// <param name="Changed">Rows that are new or other than before; of a snapshot, all.</param>
/// <param name="Deleted">Rows that are gone; of a snapshot, all that were there.</param>
/// <param name="Totals">Of the whole table, as the server has it.</param>
/// <param name="AsOf">Seconds since 1970.</param>
public sealed record CommitResult(long RowsIn, long Changed, long Deleted, ControlTotals Totals, long AsOf);

/// <summary>A table as the server has it.</summary>
/// <param name="LastRun">The last committed run, for <see cref="RunRequest.BasedOn"/>; null if an import made the table.</param>
/// <param name="IsYours">Whether this agent may send it.</param>
/// <param name="AsOf">Seconds since 1970.</param>
/// <param name="Reconciled">False if the last run was refused because totals differed.</param>
public sealed record TableAnswer(SyncSchema Schema, ControlTotals Totals, string? LastRun, bool IsYours, long AsOf, bool Reconciled);

/// <summary>The agent as the server knows it.</summary>
public sealed record AgentAnswer(string AgentId, string Name, string WorkspaceId, string WorkspaceName, AgentLimits Limits);

/// <param name="MaxTables">Of a workspace.</param>
/// <param name="MaxBatchesInFlight">Batches of a workspace that may be sent at the same time; more get 429.</param>
/// <param name="MaxWorkspaceBytes">Size of a workspace's file.</param>
public sealed record AgentLimits(int MaxTables, int MaxColumns, int MaxBatchBytes, int MaxBatchRows, int MaxBatchesInFlight, long MaxWorkspaceBytes);

/// <summary>The hash of a run: SHA-256 over the SHA-256s of its batches (before compression), in order.</summary>
public static class RunHash
{
    /// <param name="batches">32 bytes each.</param>
    /// <returns>64 lowercase hexadecimal digits.</returns>
    public static string Of(IEnumerable<byte[]> batches)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData("workspace-sync/v1/run\n"u8);
        foreach (var batch in batches)
        {
            hash.AppendData(batch);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
