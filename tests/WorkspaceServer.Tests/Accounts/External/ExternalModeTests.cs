using System.Net;
using System.Reflection;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using WorkspaceServer.Commands;
using WorkspaceServer.Control;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Accounts.External;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Accounts.Sessions;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Accounts.External;

/// <summary>Where people sign in elsewhere there is nothing here that takes a password, and nothing that one could be checked against.</summary>
public sealed class ExternalModeTests
{
    // What stays, in whatever mode: to leave, and to see one's account and end its sessions.
    private static readonly string[] Kept =
        [AccountPaths.SignOut, AccountPaths.SignedOut, AccountPaths.Settings, AccountPaths.Security, AccountPaths.Sessions, AccountPaths.EndSession, AccountPaths.EndOtherSessions, AccountPaths.Home, AccountPaths.NewWorkspace];

    private static readonly string[] OfOidc = [AccountPaths.SignIn, AccountPaths.OidcSignIn, AccountPaths.OidcCallback, AccountPaths.StepUp];
    private static readonly string[] OfClerk = [AccountPaths.SignIn, AccountPaths.ClerkSignIn];

    private static string[] AllPaths => [.. typeof(AccountPaths).GetFields(BindingFlags.Public | BindingFlags.Static).Select(path => (string)path.GetRawConstantValue()!)];

    [Theory]
    [InlineData("oidc")]
    [InlineData("clerk")]
    [Trait("claim", "A7")]
    public async Task NoEndpointTakesAPassword(string mode)
    {
        await using var external = mode == "oidc" ? await ExternalServer.StartOidcAsync() : await ExternalServer.StartClerkAsync();
        var mine = mode == "oidc" ? OfOidc : OfClerk;
        Assert.True(AllPaths.Length > 15);
        foreach (var path in AllPaths.Except(Kept).Except(mode == "clerk" ? mine : []))
        {
            using var body = new FormUrlEncodedContent([KeyValuePair.Create("email", "asha@sharma.example"), KeyValuePair.Create("password", "correct horse battery staple")]);
            using var response = await external.Server.SendAsync(HttpMethod.Post, path, null, body);
            // The callback takes GET only, and what is no endpoint of ours wants a session first.
            Assert.Equal(mine == OfOidc && path == AccountPaths.OidcCallback ? HttpStatusCode.Unauthorized : HttpStatusCode.NotFound, response.StatusCode);
        }

        var routes = external.Server.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Select(endpoint => endpoint.RoutePattern.RawText!).ToArray();
        Assert.Contains(mine[^1], routes);
        Assert.DoesNotContain(routes, route => AllPaths.Except(Kept).Except(mine).Contains(route) || route.Contains("password", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("oidc")]
    [InlineData("clerk")]
    public async Task SigningOutDoesNotSignInAgainAtOnce(string mode)
    {
        await using var external = mode == "oidc" ? await ExternalServer.StartOidcAsync() : await ExternalServer.StartClerkAsync();
        var person = Person.New("asha@sharma.example", "Asha", SystemRole.User, DateTimeOffset.UnixEpoch);
        external.Server.Get<PeopleStore>().Add(person);
        var browser = new TestBrowser(external.Server);
        browser.Cookies["session"] = external.Server.Get<SessionKeeper>().Start(person, hasMfa: false, "192.0.2.1", "test").Secret;
        Assert.Contains("organisation", (await browser.GetAsync(AccountPaths.Security)).Body, StringComparison.Ordinal);

        Assert.Equal(AccountPaths.SignedOut, (await browser.PostAsync(AccountPaths.SignOut, [], AccountPaths.Security)).Location);
        Assert.Contains("You are signed out", (await browser.GetAsync(AccountPaths.SignedOut)).Body, StringComparison.Ordinal);
        Assert.Empty(external.Server.Get<SessionKeeper>().List(person.Id));
        if (mode == "clerk")
        {
            Assert.Contains("Sign in with Clerk", (await browser.GetAsync(AccountPaths.SignIn)).Body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task NoLinkIsMadeThatCouldNotBeUsed()
    {
        await using var home = new SwitchedHome();

        Assert.Equal(ExitCodes.BadConfiguration, await home.RunAsync("user", "setup-link"));
    }

    [Fact]
    public async Task InModeLocalThereIsNoWayInFromElsewhere()
    {
        await using var server = await RunningServer.StartAsync();
        var routes = server.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Select(endpoint => endpoint.RoutePattern.RawText!);

        Assert.DoesNotContain(routes, route => route is AccountPaths.OidcSignIn or AccountPaths.OidcCallback or AccountPaths.ClerkSignIn);
    }

    [Theory]
    [InlineData("credential")]
    [InlineData("totp")]
    [InlineData("passkey")]
    [InlineData("phone")]
    [InlineData("backup_code_set")]
    [InlineData("backup_code")]
    [Trait("claim", "A7")]
    [Trait("claim", "A36")]
    public async Task TheServerDoesNotStartWhileAnythingIsStoredThatAPasswordIsCheckedAgainst(string table)
    {
        await using var workspaces = new TemporaryWorkspaces();
        Plant(workspaces.Control, only: table);

        var problem = Assert.Throws<ProblemException>(() => ExternalFeature.RefuseLocalSecrets(Services(workspaces, AuthMode.Clerk)));
        Assert.Contains("workspace-server auth switch clerk --yes", problem.Message, StringComparison.Ordinal);
        ExternalFeature.RefuseLocalSecrets(Services(workspaces, AuthMode.Local));
    }

    [Fact]
    [Trait("claim", "A36")]
    public async Task TheSwitchWipesEveryVerifier_AndEndsEverySession()
    {
        await using var workspaces = new TemporaryWorkspaces();
        Plant(workspaces.Control);
        var wiped = new LocalSecretsStore(workspaces.Control).Wipe();

        Assert.Equal(new WipedSecrets(1, 3, 1, 1), wiped);
        Assert.All(new[] { "credential", "totp", "passkey", "passkey_challenge", "phone", "phone_code", "phone_message", "backup_code", "backup_code_set", "session" }, table => Assert.Equal(0, Count(workspaces.Control, table)));
        Assert.Equal(1, Count(workspaces.Control, "person"));
        ExternalFeature.RefuseLocalSecrets(Services(workspaces, AuthMode.Clerk));
        // Whatever the schema calls a verifier, a hash or a sealed key of a person's is among the tables above: a new one must be added to the wipe.
        Assert.Equal(["backup_code.hash", "credential.verifier", "passkey.public_key", "phone.sealed_number", "phone_code.code_mac", "phone_code.sealed_number", "phone_message.number_mac", "totp.pending_key", "totp.sealed_key"], SecretColumns(workspaces.Control));
    }

    [Fact]
    [Trait("claim", "A36")]
    [Trait("action", nameof(AuditActions.AuthModeSwitched))]
    public async Task TheVerbAsksFirst_WipesThen_AndSaysHowMuch()
    {
        await using var home = new SwitchedHome();
        Plant(home.Control);

        Assert.Equal(ExitCodes.Usage, await home.RunAsync("auth", "switch", "oidc", "--yes")); // not what the settings say
        Assert.Equal(ExitCodes.Usage, await home.RunAsync("auth", "switch", "clerk"));
        Assert.Equal(1, Count(home.Control, "credential"));

        Assert.Equal(ExitCodes.Ok, await home.RunAsync("auth", "switch", "clerk", "--yes"));
        Assert.Equal(0, Count(home.Control, "credential"));
        Assert.Equal(0, Count(home.Control, "session"));
        Assert.Equal(
            """{"mode":"clerk","passwords":1,"second_factors":3,"recovery":1,"sessions":1}""", Assert.Single(home.Audited(AuditActions.AuthModeSwitched)).Row.Details);
    }

    [Fact]
    [Trait("action", nameof(AuditActions.IdentityLinked))]
    public async Task TheVerbLinksAPersonOnce()
    {
        await using var home = new SwitchedHome();
        Plant(home.Control);

        Assert.Equal(ExitCodes.Failed, await home.RunAsync("user", "link", "nobody@sharma.example", "user_2x"));
        Assert.Equal(ExitCodes.Ok, await home.RunAsync("user", "link", "Asha@sharma.example", "user_2x"));
        Assert.Equal(ExitCodes.Failed, await home.RunAsync("user", "link", "asha@sharma.example", "user_2x"));
        Assert.Equal("0123456789abcdef0123456789abcdef", new ExternalStore(home.Control).FindPerson("https://clerk.sharma.in", "user_2x"));
        Assert.Equal("0123456789abcdef0123456789abcdef", Assert.Single(home.Audited(AuditActions.IdentityLinked)).Row.TargetId);
    }

    [Fact]
    public async Task ASecretIsTakenFromServerEnvOnly()
    {
        await using var home = new SwitchedHome();

        Assert.Equal(ExitCodes.BadConfiguration, await home.RunAsync("config", "validate", "--set", "Oidc:ClientSecret=hunter2"));
        Assert.Equal(ExitCodes.Ok, await home.RunAsync("config", "validate"));
    }

    private static ServiceProvider Services(TemporaryWorkspaces workspaces, AuthMode mode) => new ServiceCollection()
        .AddSingleton(new AuthOptions { Mode = mode })
        .AddSingleton(new LocalSecretsStore(workspaces.Control))
        .BuildServiceProvider();

    /// <summary>A person with everything that local sign-in leaves behind.</summary>
    private static void Plant(ControlDatabase control, string? only = null)
    {
        const string Id = "0123456789abcdef0123456789abcdef";
        (string Table, string Sql)[] rows =
        [
            ("credential", "INSERT INTO credential (person_id, verifier, changed_at) VALUES (@id, '$argon2id$', 1)"),
            ("totp", "INSERT INTO totp (person_id, sealed_key, enrolled_at) VALUES (@id, x'00', 1)"),
            ("passkey", """
                INSERT INTO passkey (id, person_id, credential_id, public_key, name, sign_count, transports, is_backup_eligible, is_backed_up, created_at)
                VALUES ('p', @id, x'00', x'00', 'phone', 0, '', 0, 0, 1)
                """),
            ("phone", "INSERT INTO phone (person_id, sealed_number, added_at) VALUES (@id, x'00', 1)"),
            ("backup_code_set", "INSERT INTO backup_code_set (person_id, parameters, created_at) VALUES (@id, '$argon2id$', 1)"),
            ("backup_code", "INSERT INTO backup_code (person_id, hash) VALUES (@id, x'00')"),
            ("session", """
                INSERT INTO session (id, person_id, sha256, created_at, rotated_at, last_seen_at, authenticated_at, expires_at, idle_seconds, has_mfa, address, user_agent)
                VALUES ('s', @id, randomblob(32), 1, 1, 1, 1, 9999999999, 1, 0, '', '')
                """),
        ];
        new PeopleStore(control).Add(new Person(Id, "asha@sharma.example", "Asha", SystemRole.User, DateTimeOffset.UnixEpoch, null));
        using var connection = control.Open();
        foreach (var (_, sql) in rows.Where(row => only is null || row.Table == only))
        {
            connection.Execute(sql, ("@id", Id));
        }
    }

    private static int Count(ControlDatabase control, string table)
    {
        using var connection = control.Open();
        using var command = connection.Command("SELECT count(*) FROM " + table);
        return Convert.ToInt32(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Columns of tables that are about a person and hold what is checked when they sign in.</summary>
    private static List<string> SecretColumns(ControlDatabase control)
    {
        using var connection = control.Open();
        using var command = connection.Command(
            """
            SELECT t.name || '.' || c.name FROM sqlite_schema AS t, pragma_table_info(t.name) AS c
            WHERE t.type = 'table' AND EXISTS (SELECT 1 FROM pragma_table_info(t.name) WHERE name = 'person_id')
                AND (c.name LIKE '%verifier%' OR c.name LIKE '%hash%' OR c.name LIKE '%password%' OR c.name LIKE 'sealed\_%' ESCAPE '\' OR c.name LIKE '%\_mac' ESCAPE '\' OR c.name LIKE '%\_key' ESCAPE '\')
            ORDER BY 1
            """);
        using var rows = command.ExecuteReader();
        var columns = new List<string>();
        while (rows.Read())
        {
            columns.Add(rows.GetString(0));
        }

        return columns;
    }

    /// <summary>A data folder, and settings in mode clerk; verbs run on it as an operator runs them.</summary>
    private sealed class SwitchedHome : IAsyncDisposable
    {
        private readonly TemporaryWorkspaces workspaces = new();
        private readonly TemporaryFolder folder = new();

        public SwitchedHome() => File.WriteAllText(
            folder.File("appsettings.json"),
            $$"""
            {
              "Vault": {"DataDirectory": "{{workspaces.Folder.Path}}", "MasterKeyFile": "{{workspaces.KeyFile}}"},
              "Auth": {"Mode": "clerk"},
              "Clerk": {"FrontendApi": "https://clerk.sharma.in", "AuthorizedParties": ["https://ws.sharma.in"]}
            }
            """);

        public ControlDatabase Control => workspaces.Control;

        public IReadOnlyList<StoredAuditRow> Audited(AuditAction action) => workspaces.AuditRows.Find(new AuditFilter(Action: action.Name), 10);

        public Task<int> RunAsync(params string[] arguments) => Cli.RunAsync([.. arguments, "--config", folder.File("appsettings.json")]);

        public async ValueTask DisposeAsync()
        {
            folder.Dispose();
            await workspaces.DisposeAsync();
        }
    }
}
