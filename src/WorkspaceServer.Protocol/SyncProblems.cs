namespace WorkspaceServer.Protocol;

/// <summary>An error, as every one is answered: application/problem+json (RFC 9457).</summary>
/// <param name="Code">One of <see cref="SyncProblems"/>, or another that the agent shows as it is.</param>
/// <param name="Detail">A plain sentence for people that says what to do.</param>
public sealed record ProblemAnswer(string? Title = null, int Status = 0, string? Detail = null, string? Code = null, string? RequestId = null);

/// <summary>Codes on which an agent acts. They are promises: never renamed.</summary>
public static class SyncProblems
{
    /// <summary>401: there is no such pairing token.</summary>
    public const string PairingUnknown = "pairing_unknown";

    /// <summary>410: the pairing token is too old; the detail names the date.</summary>
    public const string PairingExpired = "pairing_expired";

    /// <summary>409: an agent was paired with it already.</summary>
    public const string PairingUsed = "pairing_used";

    /// <summary>400: the agent's clock is wrong; the detail says by how many minutes.</summary>
    public const string ClockOff = "clock_off";

    /// <summary>400: the assertion is meant for another server, or for a server key that this one no longer has.</summary>
    public const string WrongServer = "wrong_server";

    /// <summary>401: the pairing was ended, or who made it may no longer. Stop and tell the user.</summary>
    public const string Unpaired = "unpaired";

    /// <summary>401: the assertion is malformed, too old, used before, or not signed by this agent's key.</summary>
    public const string AssertionRefused = "assertion_refused";

    /// <summary>401: the token is too old or none of ours. Get a new one.</summary>
    public const string InvalidToken = "invalid_token";

    /// <summary>409: a column changed its type or the key changed. The run waits for the owner; try again later with the same schema.</summary>
    public const string SchemaChanged = "schema_changed";

    /// <summary>409: the server's table is not the one that the agent's changes are based on. Send a snapshot.</summary>
    public const string BaseDiffers = "base_differs";

    /// <summary>409: the table was made by an import or by another agent.</summary>
    public const string TableTaken = "table_taken";

    /// <summary>422: after the run the table's totals would not be the agent's. Nothing was changed. Send a snapshot.</summary>
    public const string TotalsDiffer = "totals_differ";

    /// <summary>409: a batch of this number with other bytes came before, or the hash of the run is another.</summary>
    public const string BatchDiffers = "batch_differs";

    /// <summary>409: not every batch is here; see <see cref="RunAnswer.ReceivedThrough"/>.</summary>
    public const string BatchMissing = "batch_missing";

    /// <summary>400: the batch cannot be read or does not fit the schema.</summary>
    public const string BatchInvalid = "batch_invalid";

    /// <summary>404: there is no such run, or it was forgotten because nothing came for too long. Begin a new one.</summary>
    public const string RunUnknown = "run_unknown";

    /// <summary>409: the run was committed or forgotten already.</summary>
    public const string RunClosed = "run_closed";

    /// <summary>409: somebody of the workspace stopped the run. Nothing was changed. Do not send it again now; the next sync does.</summary>
    public const string RunStopped = "run_stopped";

    /// <summary>422: the workspace has no room for more. Tell the user.</summary>
    public const string WorkspaceFull = "workspace_full";

    /// <summary>507: the server's disk is full. Nothing was changed; the next sync tries again.</summary>
    public const string NoRoom = "no_room";

    /// <summary>429: slow down; wait for the seconds of Retry-After.</summary>
    public const string TooManyRequests = "too_many_requests";
}
