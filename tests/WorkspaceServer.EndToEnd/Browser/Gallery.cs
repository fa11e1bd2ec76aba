using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Accounts.SecondFactors;
using WorkspaceServer.Features.Agents.Pages;
using WorkspaceServer.Features.Audit.Pages;
using WorkspaceServer.Features.Backups.Pages;
using WorkspaceServer.Features.Challenges;
using WorkspaceServer.Features.Closure.Pages;
using WorkspaceServer.Features.Columns.Pages;
using WorkspaceServer.Features.Downloads.Pages;
using WorkspaceServer.Features.OAuth.Grants;
using WorkspaceServer.Features.OAuth.Pages;
using WorkspaceServer.Features.Operator.Pages;
using WorkspaceServer.Features.Overview.Pages;
using WorkspaceServer.Features.Proposals.Pages;
using WorkspaceServer.Features.Public.Pages;
using WorkspaceServer.Features.Tables.Pages;
using WorkspaceServer.Features.Team.Pages;
using WorkspaceServer.Features.Tokens.Handshakes;
using WorkspaceServer.Features.Tokens.Pages;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;

namespace WorkspaceServer.EndToEnd.Browser;

/// <summary>Every page in every state worth seeing, at /gallery/{name}, with made-up people. A new page gets a line here.</summary>
internal static class Gallery
{
    private const string Email = "asha@kesarvan.example";
    private const string LinkToken = "made-up";

    public const string Live = "/gallery/live";
    public const string LiveState = "made-up";

    private static readonly RazorAccountPages Accounts = new();
    private static readonly DateTimeOffset Now = new(2026, 10, 9, 5, 16, 0, TimeSpan.Zero);
    private static readonly FormProblems NoMatch = FormProblems.Whole("Email and password do not match. 4 tries left, then a 15-minute wait.", 401);
    private static readonly FormProblems TooShort = FormProblems.Of("password", "Give 12 characters or more.");
    private static readonly FormProblems WrongCode = FormProblems.Of("code", "This code is not right, or was used before. Give the one that the app shows now.");

    private static readonly TotpEnrolment Enrolment = new("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", Squares());

    /// <summary>Short names and the pages behind them.</summary>
    public static IReadOnlyDictionary<string, Func<IResult>> Pages { get; } = new Dictionary<string, Func<IResult>>
    {
        ["sign-in"] = () => Accounts.SignIn(new SignInView("", "/w/1", CanRegister: true)),
        ["sign-in-error"] = () => Accounts.SignIn(new SignInView(Email, "/", CanRegister: false, NoMatch)),
        ["code"] = () => Accounts.SignInCode(new SignInCodeView("/w/1", Codes: "Six digits from your authenticator app, or one of your backup codes.")),
        ["code-error"] = () => Accounts.SignInCode(new SignInCodeView("/", WrongCode)),
        ["mail-sent"] = () => Accounts.MailSent(new MailSentView(Email, AccountPaths.SignIn)),
        ["use-link"] = () => Accounts.UseSignInLink(new UseSignInLinkView(LinkToken, "/w/1")),
        ["link-not-good"] = () => Accounts.LinkNotGood(new LinkNotGoodView("It was used before, or is too old.", AccountPaths.SignIn)),
        ["register"] = () => Accounts.Register(new RegisterView("")),
        ["register-error"] = () => Accounts.Register(new RegisterView("asha@", FormProblems.Of("email", "Give an address such as asha@example.in."))),
        ["verify"] = () => Accounts.Verify(new NewPersonView(LinkToken, Email, "", TooShort)),
        ["forgot-password"] = () => Accounts.ForgotPassword(new ForgotPasswordView("")),
        ["choose-password"] = () => Accounts.ChoosePassword(new ChoosePasswordView(LinkToken, Email)),
        ["setup"] = () => Accounts.Setup(new SetupView(LinkToken, "", "")),
        ["step-up"] = () => Accounts.StepUp(new StepUpView(TakesCode: false, "/account/mfa")),
        ["step-up-code"] = () => Accounts.StepUp(new StepUpView(TakesCode: true, "/", FormProblems.Of("proof", "This code is not right."))),
        ["step-up-passkey"] = () => Accounts.StepUp(new StepUpView(TakesCode: false, "/", TakesPasskey: true)),
        ["code-or-passkey"] = () => Accounts.SignInCode(new SignInCodeView("/", TakesPasskey: true)),
        ["passkeys"] = () => Accounts.Passkeys(new PasskeysView(
            [new PasskeyRow("1", "Asha’s phone", Now.AddDays(-40), Now, IsSynced: true), new PasskeyRow("2", "Firefox on Windows", Now.AddDays(-1), null, IsSynced: false)], HasApp: false)),
        ["passkeys-none"] = () => Accounts.Passkeys(new PasskeysView([], HasApp: true, FormProblems.Whole("The device's answer could not be used. Try again."))),
        ["code-message"] = () => Accounts.SignInCode(new SignInCodeView("/", Phone: "••••10", Codes: "Six digits from your authenticator app or from the message to your phone, or one of your backup codes.")),
        ["code-message-sent"] = () => Accounts.SignInCode(new SignInCodeView("/", TakesPasskey: true, Phone: "••••10", IsSent: true)),
        ["step-up-message"] = () => Accounts.StepUp(new StepUpView(TakesCode: true, "/", Phone: "••••10", Codes: "Six digits from your authenticator app or from the message to your phone, or one of your backup codes.")),
        ["phone"] = () => Accounts.Phone(new PhoneView(null, null, null, "98765", IsLast: true, FormProblems.Of("number", "Type the number with a plus and its country, such as +91 98765 43210."))),
        ["phone-confirm"] = () => Accounts.Phone(new PhoneView("••••10", Now.AddDays(-40), "••••78", "", IsLast: true, WrongCode)),
        ["signed-out"] = () => Accounts.SignedOut(new SignedOutView()),
        ["sign-in-clerk"] = () => Accounts.SignInAtClerk(new SignInAtClerkView(["https://app.sharma.example"])),
        ["security-elsewhere"] = () => Accounts.Security(new SecurityView(Email, null, 2)),
        ["security-weak"] = () => Accounts.Security(new SecurityView(Email, new LocalSecurity(HasPassword: true, HasApp: false, 0, 0), 1)),
        ["security"] = () => Accounts.Security(new SecurityView(Email, new LocalSecurity(HasPassword: true, HasApp: true, 2, 9, Phone: "••••10", SendsMessages: true), 3)),
        ["change-password"] = () => Accounts.ChangePassword(new ChangePasswordView(HasPassword: true, FormProblems.Of("current_password", "This is not your password."))),
        ["no-password"] = () => Accounts.ChangePassword(new ChangePasswordView(HasPassword: false)),
        ["mfa-enrol"] = () => Accounts.EnrolMfa(new EnrolMfaView(Enrolment, IsRequired: false)),
        ["mfa-enrol-error"] = () => Accounts.EnrolMfa(new EnrolMfaView(Enrolment, IsRequired: true, WrongCode)),
        ["mfa-enrol-first"] = () => Accounts.EnrolMfa(new EnrolMfaView(Enrolment, IsRequired: true, IsFirst: true)),
        ["mfa"] = () => Accounts.Mfa(new MfaView(9)),
        ["backup-codes"] = () => Accounts.BackupCodes(new BackupCodesView([.. Enumerable.Range(1, 10).Select(each => $"A{each:D2}Q-7MK{each % 10}-K4TZ-0P9B")])),
        ["sessions"] = () => Accounts.Sessions(new SessionsView(
        [
            new SessionRow("1", "Chrome on Windows", "203.0.113.7", Now.AddHours(-2), Now, HasMfa: true, IsThis: true),
            new SessionRow("2", "Safari on iPhone", "2001:db8:85a3::8a2e:370:7334", Now.AddDays(-1), Now.AddHours(-3), HasMfa: true, IsThis: false),
            new SessionRow("3", "Firefox on Linux", "198.51.100.23", Now.AddDays(-3), Now.AddDays(-2), HasMfa: false, IsThis: false),
        ])),
        ["sessions-one"] = () => Accounts.Sessions(new SessionsView(
            [new SessionRow("1", "Chrome on Windows", "203.0.113.7", Now.AddHours(-2), Now, HasMfa: false, IsThis: true)])),
        ["account-settings"] = () => Accounts.Settings(new AccountSettingsView("Asha Kulkarni", Email)),
        ["closure"] = () => Page.Of<ClosurePage>(Closure),
        ["download-link"] = () => Page.Of<DownloadLinkPage>(new DownloadLinkModel("Tables", "godown_stock_of_the_warehouse.csv", "/w/1/tables", "https://books.kesarvan.example/api/v1/workspaces/0193b3a2c4d57e8f9a0b1c2d3e4f5061/tables/bills/export/link?expires=1790000000&link=made-up", Now.AddMinutes(5))),
        ["closure-asked"] = () => Page.Of<ClosurePage>(Closure with { AskedAt = Now.AddDays(-2), GoAlong = [] }),
        ["closure-hand-over"] = () => Page.Of<ClosurePage>(Closure with { HandOver = [new SoleRow("Kesarvan Cold Storage and Warehousing Private Limited", "/w/2/team")], Problems = FormProblems.Whole("You are the only owner of Kesarvan Cold Storage, and others work in it. Make one of them an owner first.", 409) }),
        ["operator-closures"] = () => Page.Of<OperatorClosuresPage>(OperatorPages.Closures),
        ["operator-closures-none"] = () => Page.Of<OperatorClosuresPage>(new OperatorClosuresModel("/operator/closures/approve", [], [])),
        ["home-empty"] = () => Page.Of<HomePage>(new HomeModel([])),
        ["home"] = () => Page.Of<HomePage>(new HomeModel(
        [
            new WorkspaceRow("Kesarvan Traders", "/w/1", "owner"),
            new WorkspaceRow("Kesarvan Cold Storage and Warehousing Private Limited", "/w/2", "admin"),
            new WorkspaceRow("कुलकर्णी कुटुंब", "/w/3", "viewer"),
        ])),
        ["home-none-yet"] = () => Page.Of<HomePage>(new HomeModel([], MayCreate: true)),
        ["new-workspace"] = () => Page.Of<NewWorkspacePage>(new NewWorkspaceModel(Email, "", null)),
        ["new-workspace-error"] = () => Page.Of<NewWorkspacePage>(new NewWorkspaceModel(Email, " ", "Give a name of 1 to 100 characters, such as the name of the firm.")),
        ["first-data"] = () => Page.Of<FirstDataPage>(new FirstDataModel(Email, "Kesarvan Traders", "/w/1", HasAgents: true)),
        ["w-overview"] = () => Page.Of<OverviewPage>(DashboardPages.Overview),
        ["w-overview-differs"] = () => Page.Of<OverviewPage>(DashboardPages.DifferingOverview),
        ["w-overview-empty"] = () => Page.Of<OverviewPage>(DashboardPages.EmptyOverview),
        ["consent"] = () => Page.Of<ConsentPage>(Consent),
        ["consent-loopback"] = () => Page.Of<ConsentPage>(Consent with { Client = "Inspector", VerifiedHost = null, RedirectHost = "127.0.0.1", IsLoopback = true }),
        ["consent-error"] = () => Page.Of<ConsentPage>(Consent with { Rows = "many", Problems = FormProblems.Of("rows", "Give a number of rows, 1 or more.") }),
        ["consent-nowhere"] = () => Page.Of<ConsentPage>(Consent with { Workspaces = [] }),
        ["w-clients"] = () => Page.Of<ConnectedPage>(new ConnectedModel([Client, Client with { Name = "Inspector", VerifiedHost = null, Status = ClientStatus.Paused }, Client with { Status = ClientStatus.Ended, UsedAt = null }], MayEnd: true, MayLetGoOn: true, DashboardPages.Connect("claude"), DashboardPages.Doctor())),
        ["w-clients-none"] = () => Page.Of<ConnectedPage>(new ConnectedModel([], MayEnd: true, MayLetGoOn: true, DashboardPages.Connect("vs-code") with { Tokens = [] }, DashboardPages.Doctor(), new StopModel(IsWholeServer: true, Now.AddDays(-3)))),
        ["w-doctor-stopped"] = () => Page.Of<ConnectedPage>(new ConnectedModel([], MayEnd: true, MayLetGoOn: true, DashboardPages.Connect("claude") with { Tokens = [] }, DashboardPages.Doctor(
            HandshakeOutcome.Done, HandshakeOutcome.Done, null, HandshakeOutcome.Done, HandshakeOutcome.Done, HandshakeOutcome.Done, HandshakeOutcome.WrongRedirect))),
        ["w-doctor-waits"] = () => Page.Of<ConnectedPage>(new ConnectedModel([], MayEnd: true, MayLetGoOn: true, DashboardPages.Connect("claude") with { Tokens = [] }, DashboardPages.Doctor(
            HandshakeOutcome.BadToken, HandshakeOutcome.Done, null, HandshakeOutcome.Done, HandshakeOutcome.Done))),
        ["w-doctor-connected"] = () => Page.Of<ConnectedPage>(new ConnectedModel([Client], MayEnd: true, MayLetGoOn: true, DashboardPages.Connect("claude"), DashboardPages.Doctor(
            HandshakeOutcome.Done, HandshakeOutcome.Done, null, HandshakeOutcome.Done, HandshakeOutcome.Done, HandshakeOutcome.Done, HandshakeOutcome.Done, HandshakeOutcome.Done, HandshakeOutcome.Done))),
        ["w-clients-stopped"] = () => Page.Of<ConnectedPage>(new ConnectedModel([Client], MayEnd: true, MayLetGoOn: true, DashboardPages.Connect("claude"), DashboardPages.Doctor(), new StopModel(IsWholeServer: false, Now.AddMinutes(-3)))),
        ["w-client-test"] = () => Page.Of<TestPage>(new TestModel("/w/1", "/w/1/clients", "https://ws.kesarvan.example/mcp", "/mcp")),
        ["w-client"] = () => Page.Of<ClientPage>(new ClientModel(Client, "/w/1/clients", ["list_tables", "execute_sql"], ["parties.pan", "staff.*"], Now.AddDays(90), 123_456, ReadsPrivate: true, MayPropose: true, MayNarrow: true, null)),
        ["invitation"] = () => Page.Of<InvitationPage>(TeamPages.Invitation),
        ["invitation-error"] = () => Page.Of<InvitationPage>(TeamPages.InvitationError),
        ["team"] = () => Page.Of<TeamPage>(TeamPages.Team),
        ["team-viewer"] = () => Page.Of<TeamPage>(TeamPages.TeamOfViewer),
        ["team-invite"] = () => Page.Of<InvitePage>(TeamPages.Invite),
        ["team-invite-error"] = () => Page.Of<InvitePage>(TeamPages.InviteError),
        ["team-member"] = () => Page.Of<MemberPage>(TeamPages.Member),
        ["team-you"] = () => Page.Of<MemberPage>(TeamPages.You),
        ["team-new-role"] = () => Page.Of<NewRolePage>(TeamPages.NewRole),
        ["team-review"] = () => Page.Of<ReviewPage>(TeamPages.Review),
        ["team-support"] = () => Page.Of<SupportPage>(TeamPages.Support),
        ["team-support-none"] = () => Page.Of<SupportPage>(TeamPages.Support with { Grants = [] }),
        ["team-settings"] = () => Page.Of<SettingsPage>(TeamPages.Settings),
        ["w-agents"] = () => Page.Of<AgentsPage>(DashboardPages.Agents),
        ["w-agents-none"] = () => Page.Of<AgentsPage>(DashboardPages.Agents with { Agents = [], Open = [], Waiting = [], Sent = new SentModel([], null, null, Live + "/events", LiveState), Error = "Give a name of 1 to 100 characters, such as the computer's." }),
        ["w-agents-member"] = () => Page.Of<AgentsPage>(DashboardPages.Agents with { May = new AgentRights(false, false, false) }),
        ["w-agent"] = () => Page.Of<AgentPage>(DashboardPages.Agent),
        ["w-agent-error"] = () => Page.Of<AgentPage>(DashboardPages.Agent with { Name = "", Error = "Give a name of 1 to 100 characters, such as the computer's." }),
        ["w-agent-ended"] = () => Page.Of<AgentPage>(DashboardPages.Agent with { Agent = DashboardPages.Agents.Agents[2], EndedAt = Now.AddDays(-9) }),
        ["w-agent-token"] = () => Page.Of<AgentsPage>(DashboardPages.Agents with { Made = new NewPairing("Branch in Nashik", "wsp_pair_made-up", Now.AddDays(30)), Pairing = DashboardPages.Paired(PairingStage.Waiting) }),
        ["w-agent-paired"] = () => Page.Of<AgentsPage>(DashboardPages.Agents with { Pairing = DashboardPages.Paired(PairingStage.Paired) }),
        ["w-agent-lapsed"] = () => Page.Of<AgentsPage>(DashboardPages.Agents with { Pairing = DashboardPages.Paired(PairingStage.Lapsed) }),
        ["w-tokens"] = () => Page.Of<TokensPage>(DashboardPages.Tokens),
        ["w-token-made"] = () => Page.Of<TokensPage>(DashboardPages.Tokens with { Made = new NewToken("Claude", "wsp_mcp_made-up", Now.AddDays(90)) }),
        ["w-activity"] = () => Page.Of<ActivityPage>(DashboardPages.Activity),
        ["w-activity-call"] = () => Page.Of<ActivityPage>(DashboardPages.Activity with { Open = DashboardPages.Call }),
        ["w-backups"] = () => Page.Of<BackupsPage>(OperatorPages.BackupsPage),
        ["w-backups-late"] = () => Page.Of<BackupsPage>(OperatorPages.BackupsPage with { Backups = OperatorPages.Backups with { LastAt = null, Bytes = null, IsLate = true, PackMinutes = 0 }, Moments = [], IsCut = false }),
        ["w-backups-off"] = () => Page.Of<BackupsPage>(OperatorPages.BackupsPage with { Backups = OperatorPages.Backups with { IsOn = false, LastAt = null, Nights = [] }, Moments = null }),
        ["w-backups-unreachable"] = () => Page.Of<BackupsPage>(OperatorPages.BackupsPage with { Moments = null, MayAsk = false, Events = null }),
        ["w-copy-asked"] = () => Page.Of<BackupsPage>(OperatorPages.WithRequest("asked")),
        ["w-copy-running"] = () => Page.Of<BackupsPage>(OperatorPages.WithRequest("running")),
        ["w-copy-failed"] = () => Page.Of<BackupsPage>(OperatorPages.WithRequest("failed", failure: "cannot_decrypt")),
        ["w-copy-done"] = () => Page.Of<BackupsPage>(OperatorPages.WithRequest("done", href: "/w/2")),
        ["w-copy-elsewhere"] = () => Page.Of<BackupsPage>(OperatorPages.WithRequest("done")),
        ["w-copy-declined"] = () => Page.Of<BackupsPage>(OperatorPages.WithRequest("declined", reason: "Which <b>figures</b> do you miss? The books of Tuesday are in the export that Rohan took.")),
        ["w-copy-withdrawn"] = () => Page.Of<BackupsPage>(OperatorPages.WithRequest("withdrawn")),
        ["w-copy-lapsed"] = () => Page.Of<BackupsPage>(OperatorPages.WithRequest("lapsed")),
        ["w-copy"] = () => Page.Of<CopyPage>(OperatorPages.Copy),
        ["w-copy-refused"] = () => Page.Of<CopyPage>(OperatorPages.Copy with { Name = "", Problems = FormProblems.Of("name", "Give a name of 1 to 100 characters.") }),
        ["operator-workspaces"] = () => Page.Of<WorkspacesPage>(OperatorPages.Workspaces),
        ["operator-controls"] = () => Page.Of<OperatorControlsPage>(OperatorPages.Controls),
        ["operator-claims"] = () => Page.Of<OperatorClaimsPage>(OperatorPages.Claims),
        ["operator-claims-none"] = () => Page.Of<OperatorClaimsPage>(OperatorPages.Claims with { Claims = [], State = "wrong", Next = null, First = "/operator/controls/claims" }),
        ["operator-limits"] = () => Page.Of<OperatorLimitsPage>(OperatorPages.Limits),
        ["operator-people"] = () => Page.Of<PeoplePage>(OperatorPages.People),
        ["operator-backups"] = () => Page.Of<OperatorBackupsPage>(OperatorPages.AllBackups),
        ["operator-backups-asked"] = () => Page.Of<OperatorBackupsPage>(OperatorPages.AllBackups with { Asked = OperatorPages.AskedCopies, Refused = new RefusedDecline("0199c3f2a4b87d200199c3f2a4b87d21", " ", "Say why, in 1 to 500 characters. Whoever asked reads it.") }),
        ["operator-backups-running"] = () => Page.Of<OperatorBackupsPage>(OperatorPages.AllBackups with { IsAsked = true, Running = new RunningBackup(0.42, "Workspace 42 of 100", TimeSpan.FromSeconds(130)) }),
        ["w-upload-running"] = () => Page.Of<UploadRunPage>(DashboardPages.Uploading),
        ["w-upload-failed"] = () => Page.Of<UploadRunPage>(DashboardPages.Uploading with { Progress = null, Error = "Line 2 has 1 cell, and the header 2." }),
        ["operator-backups-off"] = () => Page.Of<OperatorBackupsPage>(OperatorPages.AllBackups with { IsOn = false, Attempts = [], Stored = [] }),
        ["operator-ai"] = () => Page.Of<OperatorAiPage>(new OperatorAiModel(null, "/operator/ai")),
        ["operator-ai-stopped"] = () => Page.Of<OperatorAiPage>(new OperatorAiModel(Now.AddMinutes(-3), "/operator/ai")),
        ["operator-doctor"] = () => Page.Of<OperatorDoctorPage>(OperatorPages.Doctor),
        ["operator-support"] = () => Page.Of<OperatorSupportPage>(OperatorPages.Support),
        ["w-audit"] = () => Page.Of<AuditPage>(DashboardPages.Audit),
        ["w-audit-broken"] = () => Page.Of<AuditPage>(DashboardPages.Audit with { Chain = new ChainState(false, Now, 2), Lines = [] }),
        ["w-privacy"] = () => Page.Of<PrivacyPage>(DashboardPages.Privacy),
        ["w-tables"] = () => Page.Of<TablesPage>(DashboardPages.Tables),
        ["w-tables-empty"] = () => Page.Of<TablesPage>(DashboardPages.Tables with { Tables = [] }),
        ["w-grid"] = () => Page.Of<TableGridPage>(DashboardPages.Grid),
        ["w-grid-partial"] = () => Page.Of<TableGridPage>(DashboardPages.Grid with { Rows = [], Found = null, AtLeast = 0, LookedThrough = 64, Earlier = null }),
        ["w-grid-provisional"] = () => Page.Of<TableGridPage>(DashboardPages.Grid with { Found = null, AtLeast = 0, LookedThrough = 64, IsProvisional = true, Earlier = null }),
        ["w-grid-error"] = () => Page.Of<TableGridPage>(DashboardPages.Grid with { Rows = [], Found = 0, Next = null, Chart = null, Error = "This column holds numbers. Give a number to compare with." }),
        ["w-row"] = () => Page.Of<RowPage>(DashboardPages.Row),
        ["w-profile"] = () => Page.Of<ProfilePage>(DashboardPages.Profile),
        ["w-profile-number"] = () => Page.Of<ProfilePage>(DashboardPages.NumberProfile),
        ["w-upload"] = () => Page.Of<UploadPage>(new UploadModel("/w/1", "", "", "Line 3 has 4 cells, but the header has 5.")),
        ["w-sql"] = () => Page.Of<SqlPage>(DashboardPages.Sql),
        ["w-sql-line"] = () => Page.Of<SqlPage>(DashboardPages.Sql with { Result = DashboardPages.Sql.Result! with { Chart = DashboardPages.Months } }),
        ["w-sql-pivot"] = () => Page.Of<SqlPage>(DashboardPages.Sql with { Result = DashboardPages.Sql.Result! with { Chart = DashboardPages.ByPartyAndMonth } }),
        ["w-sql-error"] = () => Page.Of<SqlPage>(DashboardPages.Sql with { Result = null, Runs = [], Saved = [], Error = "no such column: partyy. Did you mean party?" }),
        ["w-proposals"] = () => Page.Of<ProposalsPage>(DashboardPages.Proposals),
        ["w-proposals-none"] = () => Page.Of<ProposalsPage>(DashboardPages.Proposals with { Waiting = [], Past = [], Problem = "This proposal was answered already." }),
        ["about-security"] = () => Page.Of<AboutSecurityPage>(new SecurityModel("mailto:security@sharma.example",
        [
            new PublicTopic("Signing in", [new PublicControl("Everyone can turn on a second step at sign-in: an app, a passkey, backup codes", "live", null, ["AccountTests", "MfaTests", "PasskeyTests"])]),
            new PublicTopic("Backups", [new PublicControl("Everything is backed up each night and in between", "partial", Now, ["BackupTests"]), new PublicControl("A restore is practised, on another machine", "live", Now.AddDays(-3), ["DrillTests", "RestoreTests"])]),
            new PublicTopic("Upkeep of the program", [new PublicControl("An auditor has certified it (SOC 2, ISO 27001)", "absent", null, [])]),
        ])),
        ["about-cookies-check"] = () => Page.Of<AboutCookiesPage>(new CookiesModel([new CookieRow("__Host-session", "Keeps you signed in. Nobody can read from it who you are.", "Until you sign out or your session ends")], "/cookies", "/cookies/forget", HasCheck: true)),
        ["about-cookies"] = () => Page.Of<AboutCookiesPage>(new CookiesModel([new CookieRow("__Host-session", "Keeps you signed in. Nobody can read from it who you are.", "Until you sign out or your session ends"), new CookieRow("__Host-second-factor", "Remembers between the two steps of signing in that the first was right.", "A few minutes"), new CookieRow("consent", "Keeps what you chose here. Only set when you save.", "A year", IsOptional: true)], "/cookies", "/cookies/forget", "dark", Now.AddDays(-3))),
        ["about-grievance"] = () => Page.Of<GrievancePage>(new GrievanceModel("Asha Kulkarni, grievance officer", "mailto:grievance@sharma.example")),
        ["about-terms"] = () => Page.Of<AboutTermsPage>(new AboutModel("Sharma & Sons", null)),
        ["about-privacy"] = () => Page.Of<AboutPrivacyPage>(new AboutModel(null, null, SecurityLogDays: 200)),
        ["status"] = () => Page.Of<StatusPage>(new StatusModel((true, "The last backup is less than a day old."))),
        ["problem-404"] = () => Problem(ProblemCodes.NotFound, "There is nothing at this address."),
        ["problem-403"] = () => Problem(ProblemCodes.Forbidden, "Your role in this workspace does not allow it. An owner can change that."),
        ["problem-500"] = () => Problem(ProblemCodes.InternalError, ""),
    };

    private static ConsentModel Consent => new(
        "Asha Kulkarni",
        "/oauth/authorize",
        "Claude",
        "claude.ai",
        "claude.ai",
        IsLoopback: false,
        [new ConsentWorkspace("1", "Kesarvan Traders", "owner", false), new ConsentWorkspace("2", "Kesarvan Cold Storage", "admin", false), new ConsentWorkspace("3", "कुलकर्णी कुटुंब", "owner", false)],
        [new ConsentScope("tables_read", "Read tables", "Ask questions of tables and of the columns that do not stay hidden.", true, false), new ConsentScope("search", "Search", "Find a party, an item or a voucher by its words.", false, false), new ConsentScope("actions_propose", "Propose questions to save", "Nothing is saved until a person here accepts it.", IsTicked: false, IsPrivate: false),
            new ConsentScope("data_private", "Read private columns too", "Columns about persons, which stay hidden otherwise.", false, true)],
        [new ConsentDuration(7, false), new ConsentDuration(30, false), new ConsentDuration(90, true), new ConsentDuration(365, false)],
        "50,000",
        "parties.pan, staff.*",
        null);

    private static ClosureModel Closure => new(
        Email, null, [], [new SoleRow("Kesarvan Traders", "/w/1/team"), new SoleRow("कुलकर्णी कुटुंब", "/w/3/team")], new ClosureActions("/account/closure", "/account/closure/call-off", "/account/closure/export"));

    private static ClientRow Client => new(
        "1", "Claude", "claude.ai", "Asha Kulkarni", ClientStatus.Active, ["Read tables", "Search"], 1_204, 50_000, Now.AddMinutes(-4), "/w/1/clients/1");

    /// <summary>Pages that load from another origin, and so are not among the others.</summary>
    public static IReadOnlyDictionary<string, Func<IResult>> WithWidget { get; } = new Dictionary<string, Func<IResult>>
    {
        ["check-register"] = () => Accounts.Register(new RegisterView("", Check: Widget("register"))),
        ["check-sign-in"] = () => Accounts.SignIn(new SignInView("", "/", CanRegister: true, FormProblems.Whole("The check that you are a person did not pass. Wait until the box above the button is ticked again, then send the form once more."), Widget("sign-in-link"))),
    };

    public static void AddServices(IServiceCollection services)
    {
        services.AddSingleton<IShells, DashboardPages.Shells>();
        services.AddSingleton<TimeProvider>(new FakeTimeProvider(Now));
    }

    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var (name, page) in Pages.Concat(WithWidget))
        {
            routes.MapGet("/gallery/" + name, page).Open();
        }

        // A page that moves by itself opens a stream; this one never says anything new.
        routes.MapGet(Live + "/events", () => TypedResults.ServerSentEvents(new[] { LiveState }.ToAsyncEnumerable(), "state")).Open();
    }

    private static VendorWidget Widget(string action) =>
        new(TurnstileChallenge.Origin, TurnstileChallenge.Origin + "/turnstile/v0/api.js", TurnstilePeer.SiteKey, action, TurnstileChallenge.Field);

    private static IResult Problem(ProblemCode code, string detail) =>
        Page.Of<ProblemView>(ProblemPage.Describe(code, detail, "0199c3f2a4b87d10", "/gallery/home"));

    // Not a code that says anything; it only looks like one.
    private static QrCode Squares() =>
        new(33, string.Concat(Enumerable.Range(0, 625).Where(each => each * each % 7 < 3).Select(each => $"M{4 + (each % 25)} {4 + (each / 25)}h1v1h-1z")));
}
