using WorkspaceServer.Dashboard;
using WorkspaceServer.Dashboard.Languages;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Accounts.External;
using WorkspaceServer.Features.Agents;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Backups;
using WorkspaceServer.Features.Challenges;
using WorkspaceServer.Features.Closure;
using WorkspaceServer.Features.Columns;
using WorkspaceServer.Features.Controls;
using WorkspaceServer.Features.Downloads;
using WorkspaceServer.Features.Health;
using WorkspaceServer.Features.Limits;
using WorkspaceServer.Features.Mail;
using WorkspaceServer.Features.Mcp;
using WorkspaceServer.Features.OAuth;
using WorkspaceServer.Features.Operator;
using WorkspaceServer.Features.Overview;
using WorkspaceServer.Features.Proposals;
using WorkspaceServer.Features.Public;
using WorkspaceServer.Features.Smoke;
using WorkspaceServer.Features.Sms;
using WorkspaceServer.Features.Sync;
using WorkspaceServer.Features.Tables;
using WorkspaceServer.Features.Team;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>The web server with every feature plugged in; `serve` runs it, and so do the tests.</summary>
internal static class WebServer
{
    /// <param name="addServices">Adds the clock, the control database, the gateway and the options of the features.</param>
    /// <param name="change">For tests: further services and endpoints on the same pipeline.</param>
    public static WebApplication Build(ServerOptions options, Action<IServiceCollection> addServices, WebServerChange? change = null)
    {
        var builder = HttpServer.CreateBuilder(options);
        addServices(builder.Services);
        AddFeatures(builder.Services);
        var mcp = builder.Services.AddMcp();
        change?.AddServices?.Invoke(builder.Services, mcp);

        var app = builder.Build();
        HttpServer.WarnIfExposed(app);
        app.Services.GetRequiredService<LanguageChoice>().Use(app);
        Pipeline.Use(app);
        MapFeatures(app);
        change?.Map?.Invoke(app);
        GuardCheck.Require(app);
        return app;
    }

    private static void AddFeatures(IServiceCollection services)
    {
        services.AddAccess();
        services.AddAccessAuthorization();
        services.AddTokens();
        services.AddBearerAuthentication();
        services.AddGrants();
        services.AddAuthorizationServer();
        services.AddAgents();
        services.AddAgentAuthentication();
        services.AddSync();
        services.AddOperator();
        services.AddControls();
        services.AddAccounts();
        services.AddChallenges();
        services.AddSignIn();
        services.AddClosure();
        services.AddClosurePages();
        services.AddDownloads();
        services.AddMail();
        services.AddSms();
        services.AddHostedService<AuditSweeper>();
        services.AddExternalIdentities();
        services.AddExternalSignIn();
        services.AddHealth();
        services.AddChecks();
        services.AddMeasures();
        services.AddKeptCounters();
        services.AddTeam();
        services.AddPages();
        services.AddOverview();
        services.AddTables();
        services.AddProposals();
        services.AddColumns();
        services.AddColumnPages();
        services.AddTokenPages();
        services.AddAgentPages();
        services.AddAuditPages();
        services.AddBackupPages();
        services.AddOperatorPages();
        services.AddApiDocument();
        services.AddSmokeStanding();
    }

    private static void MapFeatures(WebApplication app)
    {
        HealthFeature.Map(app);
        MetricsEndpoint.Map(app);
        PageFiles.Map(app);
        ProtectedResource.Map(app);
        AccessFeature.Map(app);
        AgentsFeature.Map(app);
        SyncFeature.Map(app);
        TablesFeature.Map(app);
        ProposalsFeature.Map(app);
        ColumnsFeature.Map(app);
        TokensFeature.Map(app);
        AuditFeature.Map(app);
        McpFeature.Map(app);
        AccountsFeature.Map(app);
        ClosureFeature.Map(app);
        DownloadsFeature.Map(app);
        TeamFeature.Map(app);
        ExternalFeature.Map(app, app.Services.GetRequiredService<AuthOptions>().Mode);
        OverviewFeature.Map(app);
        OAuthFeature.Map(app);
        BackupsFeature.Map(app);
        OperatorFeature.Map(app);
        PublicFeature.Map(app);
    }
}

/// <summary>What a test adds to the web server.</summary>
internal sealed record WebServerChange(Action<IServiceCollection, IMcpServerBuilder>? AddServices = null, Action<IEndpointRouteBuilder>? Map = null);
