using WorkspaceServer.Hosting;

namespace WorkspaceServer.Features.Audit;

/// <summary>One kind of privileged action: its stable name and what a row of it says happened.</summary>
internal sealed record AuditAction(string Name, string Meaning)
{
    /// <summary>What the security log says of it too; null if it is nothing unusual.</summary>
    public SecurityEvent? Security { get; init; }

    public static implicit operator string(AuditAction action) => action.Name;

    public override string ToString() => Name;
}

/// <summary>Every action that is recorded, in one list. Names are promises to whoever reads the log: never rename one.</summary>
internal static class AuditActions
{
    // Accounts
    public static readonly AuditAction PersonInvited = new("person.invited", "A person was invited to the server.");
    public static readonly AuditAction PersonRegistered = new("person.registered", "A person made an account.");
    public static readonly AuditAction PersonSuspended = new("person.suspended", "A person was locked out of everything.");
    public static readonly AuditAction PersonReinstated = new("person.reinstated", "A suspended person was let in again.");
    public static readonly AuditAction PersonDataExported = new("person.data_exported", "A person took a copy of what is kept about them.");
    public static readonly AuditAction ClosureAsked = new("closure.asked", "A person asked for their account to be closed.");
    public static readonly AuditAction ClosureCalledOff = new("closure.called_off", "A person took back the wish to have their account closed.");
    public static readonly AuditAction PersonClosed = new("person.closed", "A person's account was closed.");

    // Sign-in, sessions, second factors
    public static readonly AuditAction SignInSucceeded = new("sign_in.succeeded", "A person signed in.");
    public static readonly AuditAction SignInFailed = new("sign_in.failed", "A sign-in was refused.") { Security = SecurityEvents.SignInFailed };
    public static readonly AuditAction SignInLocked = new("sign_in.locked", "Too many failures: sign-in was locked for a while.") { Security = SecurityEvents.SignInLocked };
    public static readonly AuditAction SignInLinkSent = new("sign_in_link.sent", "A sign-in link was sent by mail.");
    public static readonly AuditAction IdentityLinked = new("identity.linked", "A person was linked to who they are at an identity provider.");
    public static readonly AuditAction SignedOut = new("session.signed_out", "A person signed out.");
    public static readonly AuditAction SessionRevoked = new("session.revoked", "A session was ended from elsewhere.");
    public static readonly AuditAction SessionsRevokedAll = new("session.revoked_all", "All sessions of a person were ended.");
    public static readonly AuditAction SteppedUp = new("session.stepped_up", "A person proved again who they are.");
    public static readonly AuditAction PasswordChanged = new("password.changed", "A password was set or changed.");
    public static readonly AuditAction PasswordResetRequested = new("password.reset_requested", "A password reset was asked for.");
    public static readonly AuditAction PasswordReset = new("password.reset", "A password was reset.");
    public static readonly AuditAction MfaEnrolled = new("mfa.enrolled", "A second factor was added.");
    public static readonly AuditAction MfaRemoved = new("mfa.removed", "A second factor was removed.");
    public static readonly AuditAction MfaFailed = new("mfa.failed", "A second factor was wrong.") { Security = SecurityEvents.MfaFailed };
    public static readonly AuditAction RecoveryCodesMade = new("recovery_codes.made", "New recovery codes were made.");
    public static readonly AuditAction RecoveryCodeUsed = new("recovery_code.used", "A recovery code was used up.");
    public static readonly AuditAction PasskeyAdded = new("passkey.added", "A passkey was added.");
    public static readonly AuditAction PasskeyRenamed = new("passkey.renamed", "A passkey was given another name.");
    public static readonly AuditAction PasskeyRemoved = new("passkey.removed", "A passkey was removed.");

    public static readonly AuditAction PhoneAdded = new("phone.added", "A phone number for codes by message was added.");
    public static readonly AuditAction PhoneRemoved = new("phone.removed", "The phone number for codes by message was removed.");
    public static readonly AuditAction PhoneCodeSent = new("phone_code.sent", "A code was sent by short message.");

    // Workspaces and their data
    public static readonly AuditAction WorkspaceCreated = new("workspace.created", "A workspace was made.");
    public static readonly AuditAction WorkspaceDeleted = new("workspace.deleted", "A workspace's key and files were destroyed.");
    public static readonly AuditAction WorkspaceClosing = new("workspace.closing", "A workspace's closure was asked for.");
    public static readonly AuditAction WorkspaceClosureStopped = new("workspace.closure_stopped", "A workspace's closure was called off.");
    public static readonly AuditAction WorkspaceSettingsChanged = new("workspace_settings.changed", "A workspace's settings were changed.");
    public static readonly AuditAction TableImported = new("table.imported", "A file was loaded into a table.");
    public static readonly AuditAction TableViewed = new("table.viewed", "A person looked at rows of a table.");
    public static readonly AuditAction TableExported = new("table.exported", "A person took rows of a table out as a file.");
    public static readonly AuditAction DownloadLinkMade = new("download_link.made", "A person made a link that downloads a file once, without signing in.");
    public static readonly AuditAction DownloadLinkUsed = new("download_link.used", "A link that downloads a file once was used.");
    public static readonly AuditAction SampleLoaded = new("sample.loaded", "The sample books were loaded.");
    public static readonly AuditAction QuestionSaved = new("question.saved", "A question in SQL was kept for the members of a workspace.");
    public static readonly AuditAction QuestionDeleted = new("question.deleted", "A kept question was removed.");
    public static readonly AuditAction ProposalMade = new("proposal.made", "An AI client proposed a question to save.");
    public static readonly AuditAction ProposalAccepted = new("proposal.accepted", "A person accepted what an AI client proposed; the question was saved.");
    public static readonly AuditAction ProposalDeclined = new("proposal.declined", "A person declined what an AI client proposed.");
    public static readonly AuditAction QueryRun = new("query.run", "A person read rows with SQL of their own.");

    // Members, roles, support
    public static readonly AuditAction MemberInvited = new("member.invited", "Somebody was invited into a workspace.");
    public static readonly AuditAction InvitationAccepted = new("invitation.accepted", "An invitation was accepted.");
    public static readonly AuditAction InvitationRevoked = new("invitation.revoked", "An invitation was taken back.");
    public static readonly AuditAction MemberAdded = new("member.added", "A person was made a member without an invitation.");
    public static readonly AuditAction MemberRoleChanged = new("member.role_changed", "A member's role was changed.");
    public static readonly AuditAction MemberSuspended = new("member.suspended", "A member was stopped, and all that acts for them.");
    public static readonly AuditAction MemberReinstated = new("member.reinstated", "A suspended member was let in again.");
    public static readonly AuditAction MemberRemoved = new("member.removed", "A member was removed.");
    public static readonly AuditAction MemberLeft = new("member.left", "A member left.");
    public static readonly AuditAction RoleCreated = new("role.created", "A custom role was made.");
    public static readonly AuditAction RoleDeleted = new("role.deleted", "A custom role was removed.");
    public static readonly AuditAction AccessReviewSigned = new("access_review.signed", "Somebody looked at who may do what, and signed it.");
    public static readonly AuditAction AccessDenied = new("access.denied", "Somebody tried what they may not do.") { Security = SecurityEvents.AccessDenied };
    public static readonly AuditAction SupportGranted = new("support.granted", "Support was let into a workspace for a while.");
    public static readonly AuditAction SupportRevoked = new("support.revoked", "Support's access was taken back.");
    public static readonly AuditAction SupportUsed = new("support.used", "Support looked into a workspace.");
    public static readonly AuditAction SupportReviewed = new("support.reviewed", "What support looked at was signed off.");

    // AI clients
    public static readonly AuditAction TokenCreated = new("token.created", "A token for an AI client was made.");
    public static readonly AuditAction TokenRevoked = new("token.revoked", "A token was revoked.");
    public static readonly AuditAction McpToolCalled = new("mcp.tool_called", "An AI client called a tool.");
    public static readonly AuditAction McpToolRefused = new("mcp.tool_refused", "An AI client called a tool that is unknown or not granted.") { Security = SecurityEvents.ToolRefused };
    public static readonly AuditAction McpResourceRead = new("mcp.resource_read", "An AI client read a table's description as a resource.");
    public static readonly AuditAction McpPromptRead = new("mcp.prompt_read", "An AI client took up a question that a person saved.");
    public static readonly AuditAction McpResourceRefused = new("mcp.resource_refused", "An AI client asked for a resource that is unknown or not granted.") { Security = SecurityEvents.ToolRefused };
    public static readonly AuditAction ClientToolsChanged = new("client_tools.changed", "The tools that a client may use were changed.");
    public static readonly AuditAction HiddenColumnsChanged = new("hidden_columns.changed", "The columns that a client never sees were changed.");
    public static readonly AuditAction OAuthClientRegistered = new("oauth_client.registered", "An OAuth client registered itself.");
    public static readonly AuditAction OAuthGranted = new("oauth_grant.granted", "A person let an OAuth client in.");
    public static readonly AuditAction OAuthDenied = new("oauth_grant.denied", "A person did not let an OAuth client in.");
    public static readonly AuditAction OAuthNarrowed = new("oauth_grant.narrowed", "An OAuth client was let do less.");
    public static readonly AuditAction OAuthPaused = new("oauth_grant.paused", "An OAuth client was stopped for a while.");
    public static readonly AuditAction OAuthResumed = new("oauth_grant.resumed", "A paused OAuth client was let go on.");
    public static readonly AuditAction OAuthRevoked = new("oauth_grant.revoked", "An OAuth grant was taken back.");
    public static readonly AuditAction AiStopped = new("ai.stopped", "AI clients were kept out of a workspace, or of all.");
    public static readonly AuditAction AiAllowed = new("ai.allowed", "AI clients were let in again.");
    public static readonly AuditAction OAuthTokenIssued = new("oauth_token.issued", "An OAuth client got tokens.");
    public static readonly AuditAction OAuthTokenReused = new("oauth_token.reused", "A used refresh token came again; its whole family was revoked.") { Security = SecurityEvents.TokenReused };

    // Agents and sync
    public static readonly AuditAction PairingStarted = new("pairing.started", "A pairing code for an agent was made.");
    public static readonly AuditAction PairingWithdrawn = new("pairing.withdrawn", "A pairing code was taken back before it was used.");
    public static readonly AuditAction AgentPaired = new("agent.paired", "An agent was paired.");
    public static readonly AuditAction AgentPairingFailed = new("agent.pairing_failed", "A pairing was refused.") { Security = SecurityEvents.PairingFailed };
    public static readonly AuditAction AgentSeenElsewhere = new("agent.seen_elsewhere", "A token of an agent came from another address than before: the PC moved, or somebody copied it.") { Security = SecurityEvents.SeenElsewhere };
    public static readonly AuditAction AgentRenamed = new("agent.renamed", "An agent was renamed.");
    public static readonly AuditAction AgentRevoked = new("agent.revoked", "An agent was locked out.");
    public static readonly AuditAction SyncBatchAccepted = new("sync.batch_accepted", "An agent's batch of rows was taken.");
    public static readonly AuditAction SyncBatchRefused = new("sync.batch_refused", "An agent's batch of rows was refused.");
    public static readonly AuditAction SyncRunStopped = new("sync.run_stopped", "Somebody stopped what an agent was sending. Its table stayed as it was.");
    public static readonly AuditAction SyncSchemaAccepted = new("sync.schema_accepted", "Somebody let an agent change the columns of a table.");

    // Backups and keys
    public static readonly AuditAction BackupMade = new("backup.made", "A backup was made.");
    public static readonly AuditAction BackupAsked = new("backup.asked", "A backup was asked for, to be made next.");
    public static readonly AuditAction BackupFailed = new("backup.failed", "A backup failed.");
    public static readonly AuditAction BackupConfigured = new("backup.configured", "The place of backups was tried, or a new identity for them was made.");
    public static readonly AuditAction BackupVerified = new("backup.verified", "Backups were read back and checked.");
    public static readonly AuditAction BackupDeleted = new("backup.deleted", "A backup was deleted.");
    public static readonly AuditAction BackupLeftoversDeleted = new("backup.leftovers_deleted", "What backups left in the store that were cut short was removed.");
    public static readonly AuditAction RestoreFinished = new("restore.finished", "A restore was finished.");
    public static readonly AuditAction RestoreAsked = new("restore.asked", "An owner asked for a copy of a workspace as it was.");
    public static readonly AuditAction RestoreWithdrawn = new("restore.withdrawn", "The wish for a copy of a workspace was taken back.");
    public static readonly AuditAction RestoreDeclined = new("restore.declined", "Whoever runs the server said no to a copy of a workspace.");
    public static readonly AuditAction RestoreFailed = new("restore.failed", "A copy of a workspace that was asked for could not be made.");
    public static readonly AuditAction SmokeTested = new("smoke.tested", "Every primary path was tried with a made-up person and workspace.");
    public static readonly AuditAction DrillRun = new("drill.run", "A restore was practised.");
    public static readonly AuditAction BackupRecipientsChanged = new("backup.recipients_changed", "Backups are encrypted to others than before.");
    public static readonly AuditAction RecoverySheetConfirmed = new("recovery_sheet.confirmed", "Somebody showed that the recovery sheet was kept.");
    public static readonly AuditAction KeyRotated = new("key.rotated", "A key was replaced.");
    public static readonly AuditAction KeyDestroyed = new("key.destroyed", "A key was destroyed.");

    // The server itself
    public static readonly AuditAction SystemInitialised = new("system.initialised", "The data folder and the control database were made.");
    public static readonly AuditAction SystemExamined = new("system.examined", "The doctor looked at everything.");
    public static readonly AuditAction AuthModeSwitched = new("auth_mode.switched", "The way in which people sign in was changed.");
    public static readonly AuditAction AuditSwept = new("audit.swept", "Rows of this log older than its retention were removed.");
    public static readonly AuditAction AuditVerified = new("audit.verified", "This log was verified.");
    public static readonly AuditAction AuditExported = new("audit.exported", "Rows of this log were exported.");

    /// <summary>All of the above, in that order.</summary>
    public static IReadOnlyList<AuditAction> All { get; } =
        [.. typeof(AuditActions).GetFields().Where(field => field.FieldType == typeof(AuditAction)).Select(field => (AuditAction)field.GetValue(null)!)];

    private static readonly Dictionary<string, AuditAction> ByName = All.ToDictionary(action => action.Name, StringComparer.Ordinal);

    public static AuditAction? Find(string name) => ByName.GetValueOrDefault(name);
}
