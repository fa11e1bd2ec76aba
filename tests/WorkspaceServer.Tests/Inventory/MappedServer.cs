using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using WorkspaceServer.Commands;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Backups;
using WorkspaceServer.Features.Challenges;
using WorkspaceServer.Features.Mail;
using WorkspaceServer.Features.Mcp;
using WorkspaceServer.Features.Operator;
using WorkspaceServer.Features.Public;
using WorkspaceServer.Hosting;
using WorkspaceServer.Hosting.Limits;
using WorkspaceServer.Testing;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Tests.Inventory;

/// <summary>The real server with its settings as they come, except perhaps how people sign in; mapped and not started.</summary>
internal sealed class MappedServer(Action<IEndpointRouteBuilder>? map = null, AuthMode mode = AuthMode.Local) : IAsyncDisposable
{
    private readonly TemporaryWorkspaces workspaces = new();
    private WebApplication? app;

    /// <summary>Made when first asked for, so that a server that does not start leaves no files behind.</summary>
    public WebApplication App => app ??= RunningServer.Build(workspaces, new ServerOptions { LogFormat = LogFormat.None }, new WebServerChange(Map: map), services =>
    {
        services.AddSingleton(new SqlText(new AuditOptions()));
        services.AddSingleton(new McpOptions());
        services.AddSingleton(new QueryOptions());
        services.AddSingleton(new LimitOptions());
        services.AddSingleton(new AuthOptions { Mode = mode, AllowRegistration = true });
        services.AddSingleton(new MailOptions());
        services.AddSingleton(new ChallengeOptions());
        services.AddSingleton(new PublicOptions());
        services.AddBackups(new ConfigurationBuilder().Build());
    });

    public LimitsTable Limits => LimitsTable.Of(App);

    public async ValueTask DisposeAsync()
    {
        if (app is not null)
        {
            await app.DisposeAsync();
        }

        await workspaces.DisposeAsync();
    }
}
