using WorkspaceServer.Dashboard;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Accounts.External;
using WorkspaceServer.Features.Agents;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Backups;
using WorkspaceServer.Features.Closure;
using WorkspaceServer.Features.Columns;
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
        builder.Services.AddAccess();
        builder.Services.AddAccessAuthorization();
        builder.Services.AddTokens();
        builder.Services.AddBearerAuthentication();
        builder.Services.AddGrants();
        builder.Services.AddAuthorizationServer();
        builder.Services.AddAgents();
        builder.Services.AddAgentAuthentication();
        builder.Services.AddSync();
        builder.Services.AddOperator();
        builder.Services.AddControls();
        builder.Services.AddAccounts();
        builder.Services.AddSignIn();
        builder.Services.AddClosure();
        builder.Services.AddClosurePages();
        builder.Services.AddMail();
        builder.Services.AddHostedService<AuditSweeper>();
        builder.Services.AddExternalIdentities();
        builder.Services.AddExternalSignIn();
        builder.Services.AddHealth();
        builder.Services.AddChecks();
        builder.Services.AddMeasures();
        builder.Services.AddKeptCounters();
        builder.Services.AddTeam();
        builder.Services.AddPages();
        builder.Services.AddOverview();
        builder.Services.AddTables();
        builder.Services.AddProposals();
        builder.Services.AddColumns();
        builder.Services.AddColumnPages();
        builder.Services.AddTokenPages();
        builder.Services.AddAgentPages();
        builder.Services.AddAuditPages();
        builder.Services.AddBackupPages();
        builder.Services.AddApiDocument();
        builder.Services.AddSmokeStanding();
        var mcp = builder.Services.AddMcp();
        change?.AddServices?.Invoke(builder.Services, mcp);

        var app = builder.Build();
        HttpServer.WarnIfExposed(app);
        Pipeline.Use(app);
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
        TeamFeature.Map(app);
        ExternalFeature.Map(app, app.Services.GetRequiredService<AuthOptions>().Mode);
        OverviewFeature.Map(app);
        OAuthFeature.Map(app);
        BackupsFeature.Map(app);
        OperatorFeature.Map(app);
        PublicFeature.Map(app);
        change?.Map?.Invoke(app);
        GuardCheck.Require(app);
        return app;
    }
}

/// <summary>What a test adds to the web server.</summary>
internal sealed record WebServerChange(Action<IServiceCollection, IMcpServerBuilder>? AddServices = null, Action<IEndpointRouteBuilder>? Map = null);
