using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Serilog.Core;
using WorkspaceServer.Commands;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Backups;
using WorkspaceServer.Features.Challenges;
using WorkspaceServer.Features.Downloads;
using WorkspaceServer.Features.Mail;
using WorkspaceServer.Features.Mcp;
using WorkspaceServer.Features.Public;
using WorkspaceServer.Features.Sms;
using WorkspaceServer.Features.Sync;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Hosting;
using WorkspaceServer.Hosting.Limits;
using WorkspaceServer.Vault;
using WorkspaceServer.Workspaces;
using WorkspaceServer.Workspaces.Sync;

namespace WorkspaceServer.Testing;

/// <summary>The whole server on a free loopback port: real HTTP, real pipeline, real files, real sandbox workers.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    /// <summary>Tests send more than anybody should; those of the limits set their own.</summary>
    public static readonly LimitOptions Unlimited = new() { Public = 1_000_000, Assets = 1_000_000, Mcp = 1_000_000, Pages = 1_000_000, Api = 1_000_000, SignIn = 1_000_000, BadTokens = 1_000_000, ClientRegistration = 1_000_000, TokenExchange = 1_000_000, Pairing = 1_000_000, Sync = 1_000_000 };

    private readonly WebApplication app;

    private RunningServer(WebApplication app, TemporaryWorkspaces workspaces, LogRecorder logs)
    {
        this.app = app;
        Workspaces = workspaces;
        Logs = logs;
        Url = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        Http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = Url };
        Workspace = workspaces.Create();
    }

    public TemporaryWorkspaces Workspaces { get; }

    public LogRecorder Logs { get; }

    public Uri Url { get; }

    public Uri Mcp => new(Url, "/mcp");

    /// <summary>Sends no token by itself.</summary>
    public HttpClient Http { get; }

    /// <summary>An empty workspace.</summary>
    public WorkspaceId Workspace { get; }

    /// <summary>What the server is made of.</summary>
    public IServiceProvider Services => app.Services;

    public IReadOnlyList<Microsoft.AspNetCore.Http.Endpoint> Endpoints => Get<Microsoft.AspNetCore.Routing.EndpointDataSource>().Endpoints;

    public TokenIssuer Tokens => Get<TokenIssuer>();

    /// <summary>A service of the running server.</summary>
    public T Get<T>()
        where T : notnull => app.Services.GetRequiredService<T>();

    public static async Task<RunningServer> StartAsync(
        ServerOptions? options = null,
        WebServerChange? change = null,
        TimeProvider? clock = null,
        McpOptions? mcp = null,
        QueryOptions? query = null,
        LimitOptions? limits = null,
        AuditOptions? audit = null,
        AuthOptions? auth = null,
        MailOptions? mail = null,
        IReadOnlyDictionary<string, string?>? backup = null)
    {
        var workspaces = new TemporaryWorkspaces(clock);
        var logs = new LogRecorder();
        options = (options ?? new ServerOptions()) with { LogFormat = LogFormat.None };
        if (options.Url == new ServerOptions().Url)
        {
            options = options with { Url = "http://127.0.0.1:0" };
        }

        var app = Build(workspaces, options, change, services =>
        {
            services.AddSingleton(new SqlText(audit ?? new AuditOptions()));
            services.AddSingleton(mcp ?? new McpOptions());
            services.AddSingleton(query ?? new QueryOptions());
            services.AddSingleton(limits ?? Unlimited);
            services.AddSingleton(auth ?? new AuthOptions());
            services.AddSingleton(mail ?? new MailOptions());
            services.AddSingleton(new ChallengeOptions());
            services.AddSingleton(new PublicOptions { Operator = "Sharma & Sons", SecurityContact = "mailto:security@sharma.example" });
            services.AddSingleton<ILogEventSink>(logs);
            services.AddBackups(new ConfigurationBuilder().AddInMemoryCollection(backup ?? new Dictionary<string, string?> { ["Backup:Directory"] = Path.Combine(workspaces.Folder.Backup, "store") }).Build());
        });
        await app.StartAsync();
        return new RunningServer(app, workspaces, logs);
    }

    /// <summary>The server over these files, mapped and not started, with the settings that are added.</summary>
    public static WebApplication Build(TemporaryWorkspaces workspaces, ServerOptions options, WebServerChange? change, Action<IServiceCollection> addSettings) => WebServer.Build(
        options,
        services =>
        {
            services.AddSingleton(workspaces.Clock);
            services.AddSingleton(workspaces.Control);
            services.AddSingleton(workspaces.Master);
            services.AddSingleton(workspaces.Folder);
            services.AddSingleton(new VaultOptions { DataDirectory = workspaces.Folder.Path, MasterKeyFile = workspaces.MasterKeyFile });
            services.AddSingleton(workspaces.Changes);
            services.AddSingleton<ISyncGateway>(workspaces.Sync);
            services.AddSingleton(new SyncOptions());
            services.AddSingleton(new DownloadOptions());
            services.AddSingleton(new SmsOptions { Sender = SmsSenderKind.Spool });
            services.AddSingleton(workspaces.AuditRows);
            services.AddSingleton(workspaces.Audit);
            services.AddSingleton(workspaces.Store);
            services.AddSingleton(workspaces.Lifecycle);
            services.AddSingleton(new WorkspaceOptions());
            services.AddSingleton(workspaces.AuditChain);
            services.AddSingleton(workspaces.AuditAnchor);
            services.AddSingleton<AuditVerifier>();
            services.AddSingleton<IWorkspaceGateway>(workspaces.Gateway);
            services.AddSingleton(workspaces.Pool);
            services.AddSingleton(workspaces.Open);
            services.AddSingleton(new BackupOptions());
            services.AddSingleton<BackupStore>();
            addSettings(services);
        },
        change);

    /// <summary>The text of a new token for the empty workspace.</summary>
    public string Token(IReadOnlyList<string>? scopes = null, IReadOnlyList<string>? hidden = null) =>
        Tokens.Create(Workspace, "test", scopes, hidden).Text;

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? token, HttpContent? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await Http.SendAsync(request);
    }

    public Task StopAsync() => app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
        await Workspaces.DisposeAsync();
    }
}
