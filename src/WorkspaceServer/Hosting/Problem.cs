namespace WorkspaceServer.Hosting;

/// <summary>One kind of mistake a caller can make: its stable code, the HTTP status and the exit code that go with it.</summary>
internal sealed record ProblemCode(string Code, int HttpStatus, int ExitCode)
{
    /// <summary>What answering it over HTTP says of the caller; null if it says nothing, or whoever raises it notes that itself.</summary>
    public SecurityEvent? Security { get; init; }
}

/// <summary>Every problem code of the server, in one list. Codes are promises: never rename one.</summary>
internal static class ProblemCodes
{
    public static readonly ProblemCode InvalidArgument = new("invalid_argument", 400, ExitCodes.Usage);
    public static readonly ProblemCode InvalidSql = new("invalid_sql", 400, ExitCodes.Failed);
    public static readonly ProblemCode NotReadable = new("not_readable", 403, ExitCodes.Failed);
    public static readonly ProblemCode NotFound = new("not_found", 404, ExitCodes.Failed);
    public static readonly ProblemCode AlreadyExists = new("already_exists", 409, ExitCodes.Failed);
    public static readonly ProblemCode TooExpensive = new("too_expensive", 422, ExitCodes.Failed);
    public static readonly ProblemCode DeadlineExceeded = new("deadline_exceeded", 422, ExitCodes.Failed);
    public static readonly ProblemCode Busy = new("busy", 503, ExitCodes.RetryLater);
    public static readonly ProblemCode InvalidData = new("invalid_data", 400, ExitCodes.Failed);
    public static readonly ProblemCode Corrupt = new("corrupt", 500, ExitCodes.IntegrityDiffers);
    public static readonly ProblemCode NoBackup = new("no_backup", 500, ExitCodes.NoBackup);
    public static readonly ProblemCode CannotDecrypt = new("cannot_decrypt", 500, ExitCodes.CannotDecrypt);
    public static readonly ProblemCode NotConfigured = new("not_configured", 500, ExitCodes.NotConfigured);
    public static readonly ProblemCode BadConfiguration = new("bad_configuration", 500, ExitCodes.BadConfiguration);
    public static readonly ProblemCode BadRequest = new("bad_request", 400, ExitCodes.Usage);
    public static readonly ProblemCode Unauthorized = new("unauthorized", 401, ExitCodes.TokenExpired);
    public static readonly ProblemCode InvalidToken = new("invalid_token", 401, ExitCodes.TokenExpired) { Security = SecurityEvents.TokenRefused };
    public static readonly ProblemCode Forbidden = new("forbidden", 403, ExitCodes.Failed);
    public static readonly ProblemCode Suspended = new("suspended", 403, ExitCodes.Failed);
    public static readonly ProblemCode LastOwner = new("last_owner", 409, ExitCodes.Failed);
    public static readonly ProblemCode InUse = new("in_use", 409, ExitCodes.Failed);
    public static readonly ProblemCode InsufficientScope = new("insufficient_scope", 403, ExitCodes.Failed);
    public static readonly ProblemCode OriginNotAllowed = new("origin_not_allowed", 403, ExitCodes.Failed) { Security = SecurityEvents.CrossSite };
    public static readonly ProblemCode StepUpRequired = new("step_up_required", 403, ExitCodes.Failed);
    public static readonly ProblemCode MfaRequired = new("mfa_required", 403, ExitCodes.Failed);
    public static readonly ProblemCode CrossSiteRequest = new("cross_site_request", 403, ExitCodes.Failed) { Security = SecurityEvents.CrossSite };
    public static readonly ProblemCode SignInState = new("sign_in_state_invalid", 400, ExitCodes.Usage);
    public static readonly ProblemCode SignInRefused = new("sign_in_refused", 401, ExitCodes.Failed);
    public static readonly ProblemCode NotAdmitted = new("not_admitted", 403, ExitCodes.Failed);
    public static readonly ProblemCode ProviderUnavailable = new("identity_provider_unavailable", 503, ExitCodes.RetryLater);
    public static readonly ProblemCode MethodNotAllowed = new("method_not_allowed", 405, ExitCodes.Usage);
    public static readonly ProblemCode NotAcceptable = new("not_acceptable", 406, ExitCodes.Usage);
    public static readonly ProblemCode PayloadTooLarge = new("payload_too_large", 413, ExitCodes.Usage);
    public static readonly ProblemCode UnsupportedMediaType = new("unsupported_media_type", 415, ExitCodes.Usage);
    public static readonly ProblemCode UnknownHost = new("unknown_host", 421, ExitCodes.Usage);
    public static readonly ProblemCode TooManyRequests = new("too_many_requests", 429, ExitCodes.RetryLater);
    public static readonly ProblemCode QuotaExceeded = new("quota_exceeded", 429, ExitCodes.RetryLater);
    public static readonly ProblemCode ClientPaused = new("client_paused", 403, ExitCodes.Failed);
    public static readonly ProblemCode AiStopped = new("ai_stopped", 403, ExitCodes.Failed);
    public static readonly ProblemCode ProposalOver = new("proposal_over", 409, ExitCodes.Failed);
    public static readonly ProblemCode RequestOver = new("request_over", 409, ExitCodes.Failed);
    public static readonly ProblemCode PairingUnknown = new("pairing_unknown", 401, ExitCodes.TokenExpired);
    public static readonly ProblemCode PairingExpired = new("pairing_expired", 410, ExitCodes.TokenExpired);
    public static readonly ProblemCode PairingUsed = new("pairing_used", 409, ExitCodes.TokenExpired);
    public static readonly ProblemCode LinkExpired = new("link_expired", 410, ExitCodes.TokenExpired);
    public static readonly ProblemCode LinkUsed = new("link_used", 410, ExitCodes.TokenExpired);
    public static readonly ProblemCode ClockOff = new("clock_off", 400, ExitCodes.Failed);
    public static readonly ProblemCode WrongServer = new("wrong_server", 400, ExitCodes.Failed);
    public static readonly ProblemCode Unpaired = new("unpaired", 401, ExitCodes.NotConfigured) { Security = SecurityEvents.AssertionRefused };
    public static readonly ProblemCode AssertionRefused = new("assertion_refused", 401, ExitCodes.TokenExpired) { Security = SecurityEvents.AssertionRefused };
    public static readonly ProblemCode SchemaChanged = new("schema_changed", 409, ExitCodes.Failed);
    public static readonly ProblemCode BaseDiffers = new("base_differs", 409, ExitCodes.Failed);
    public static readonly ProblemCode TableTaken = new("table_taken", 409, ExitCodes.Failed);
    public static readonly ProblemCode TotalsDiffer = new("totals_differ", 422, ExitCodes.IntegrityDiffers);
    public static readonly ProblemCode BatchDiffers = new("batch_differs", 409, ExitCodes.Failed);
    public static readonly ProblemCode BatchMissing = new("batch_missing", 409, ExitCodes.Failed);
    public static readonly ProblemCode BatchInvalid = new("batch_invalid", 400, ExitCodes.Failed);
    public static readonly ProblemCode RunUnknown = new("run_unknown", 404, ExitCodes.Failed);
    public static readonly ProblemCode RunClosed = new("run_closed", 409, ExitCodes.Failed);
    public static readonly ProblemCode RunStopped = new("run_stopped", 409, ExitCodes.Failed);
    public static readonly ProblemCode WorkspaceFull = new("workspace_full", 422, ExitCodes.Failed);
    public static readonly ProblemCode NoRoom = new("no_room", 507, ExitCodes.RetryLater);
    public static readonly ProblemCode InternalError = new("internal_error", 500, ExitCodes.Failed);

    /// <summary>All of the above.</summary>
    public static IReadOnlyList<ProblemCode> All { get; } =
        [.. typeof(ProblemCodes).GetFields().Where(field => field.FieldType == typeof(ProblemCode)).Select(field => (ProblemCode)field.GetValue(null)!)];
}

/// <summary>Exit codes of every verb; printed by <c>--help</c> and in the operator's reference.</summary>
internal static class ExitCodes
{
    public const int Ok = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int RetryLater = 3;
    public const int NotConfigured = 4;
    public const int TokenExpired = 5;
    public const int NoBackup = 10;
    public const int CannotDecrypt = 11;
    public const int IntegrityDiffers = 12;
    public const int SmokeFailed = 13;
    public const int BadConfiguration = 78;
}

/// <summary>A caller's mistake: a stable code and one plain sentence that says what to do. Answered once, at the edge.</summary>
internal sealed class ProblemException : Exception
{
    public ProblemException(ProblemCode code, string detail, Exception? inner = null)
        : base(detail, inner) => Code = code;

    public ProblemCode Code { get; }
}
