using System.Net.Http.Json;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WorkspaceServer.Commands;
using WorkspaceServer.Control;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.CustomRoles;
using WorkspaceServer.Features.Access.Invitations;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Access.Support;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault;

namespace WorkspaceServer.Tests.Access;

/// <summary>A running server with people in it who can be called as.</summary>
internal sealed class AccessHouse : IAsyncDisposable
{
    private const string PersonHeader = "X-Test-Person";
    private int people;

    private AccessHouse(RunningServer server) => Server = server;

    public RunningServer Server { get; }

    public ControlDatabase Control => Server.Workspaces.Control;

    public TimeProvider Clock => Server.Workspaces.Clock;

    public WorkspaceId Workspace => Server.Workspace;

    public Memberships Memberships => Server.Get<Memberships>();

    public RoleBook Roles => Server.Get<RoleBook>();

    public InvitationDesk Invitations => Server.Get<InvitationDesk>();

    public SupportGrants Support => Server.Get<SupportGrants>();

    public Policy Policy => Server.Get<Policy>();

    public static async Task<AccessHouse> StartAsync(TimeProvider? clock = null, Action<IServiceCollection>? services = null, Action<IEndpointRouteBuilder>? map = null)
    {
        var change = new WebServerChange(
            (collection, _) =>
            {
                collection.AddTransient<Sessions>();
                collection.PostConfigure<AuthenticationOptions>(options => options.SchemeMap[Schemes.Session].HandlerType = typeof(Sessions));
                services?.Invoke(collection);
            },
            map);
        return new AccessHouse(await RunningServer.StartAsync(change: change, clock: clock, limits: RunningServer.Unlimited with { Export = 1_000_000 }));
    }

    /// <summary>Somebody new, with a role in a workspace if one is named.</summary>
    public string Person(WorkspaceId? workspace = null, Role role = Role.Viewer, bool isSuperAdmin = false, string? email = null)
    {
        var id = Server.Workspaces.AddPerson(email ?? $"person{Interlocked.Increment(ref people)}@example.com", isSuperAdmin);
        if (workspace is { } place)
        {
            Join(place, id, role);
        }

        return id;
    }

    public void Join(WorkspaceId workspace, string person, Role role)
    {
        using (var connection = Control.Open())
        {
            MembershipStore.Add(connection, workspace, person, role, Clock.GetUtcNow());
        }

        Server.Workspaces.Changes.Changed();
    }

    /// <summary>Someone who may do exactly this in the workspace, by a custom role that denies the rest.</summary>
    public string PersonWith(WorkspaceId workspace, PermissionSet permissions)
    {
        var person = Person(workspace);
        var grants = permissions.Select(permission => permission.Name).ToArray();
        var denials = Permissions.OfWorkspaces.Without(permissions).Select(permission => permission.Name).ToArray();
        var name = $"only {permissions.Bits:x}";
        var role = Roles.List(workspace).FirstOrDefault(each => each.Name == name) ?? Roles.Create(Principal.Operator, workspace, name, grants, denials);
        Memberships.ChangeRole(Principal.Operator, workspace, person, Role.Viewer, [role.Id]);
        return person;
    }

    public string Token(WorkspaceId workspace, string? createdBy = null) => Server.Tokens.Create(workspace, "test", createdBy: createdBy).Text;

    /// <summary>Sends a request as a person with a session, or as nobody.</summary>
    public Task<HttpResponseMessage> SendAsync(string? person, HttpMethod method, string path, object? body = null, params (string, string)[] headers) => Server.SendAsync(
        method,
        path,
        token: null,
        body is null ? null : body as HttpContent ?? JsonContent.Create(body),
        person is null ? headers : [(PersonHeader, person), .. headers]);

    public Task<HttpResponseMessage> GetAsync(string? person, string path) => SendAsync(person, HttpMethod.Get, path);

    /// <summary>The path of something in a workspace.</summary>
    public string In(string path, WorkspaceId? workspace = null) => $"/api/v1/workspaces/{workspace ?? Workspace}{path}";

    public static async Task<JsonElement> JsonOf(HttpResponseMessage response) =>
        JsonElement.Parse(await response.Content.ReadAsStringAsync(Xunit.TestContext.Current.CancellationToken));

    public static async Task<string> CodeOf(HttpResponseMessage response) => (await JsonOf(response)).GetProperty("code").GetString()!;

    /// <summary>What one statement answers, rows on lines.</summary>
    public string Dump(string sql, params (string, object?)[] parameters)
    {
        using var connection = Control.Open();
        using var command = connection.Command(sql, parameters);
        using var rows = command.ExecuteReader();
        var lines = new List<string>();
        while (rows.Read())
        {
            lines.Add(string.Join('|', Enumerable.Range(0, rows.FieldCount).Select(i => rows.IsDBNull(i) ? "-" : rows.GetValue(i) is byte[] bytes ? Convert.ToHexString(bytes) : rows.GetValue(i).ToString())));
        }

        return string.Join('\n', lines);
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    /// <summary>Stands for the sign-in: believes the header.</summary>
    private sealed class Sessions(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, PeopleStore people)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            if (Request.Headers[PersonHeader] is not [{ } id])
            {
                return Task.FromResult(AuthenticateResult.NoResult());
            }

            var person = people.Find(id) ?? throw new InvalidOperationException("Call as somebody whom the house knows.");
            var signedIn = new SignedIn(id, person.Email, person.Name, person.Role, "session of the test", TimeProvider.GetUtcNow(), HasMfa: true);
            return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(signedIn.ToPrincipal(), Schemes.Session)));
        }
    }
}
