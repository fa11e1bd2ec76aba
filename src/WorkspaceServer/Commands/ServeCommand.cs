using System.CommandLine;
using System.Net.Sockets;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Accounts.External;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Backups;
using WorkspaceServer.Features.Health;
using WorkspaceServer.Features.Keys;
using WorkspaceServer.Hosting;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Commands;

/// <summary>serve: runs the server until it is told to stop.</summary>
internal static class ServeCommand
{
    public static Command Build() => Verb
        .Create("serve", "Run the server on this machine's loopback address; a proxy with TLS goes in front of it.", "--home ./books serve", Recording.Nothing("each request is recorded by itself"))
        .Runs(async (context, cancel) =>
        {
            await using var app = Start(context.Get<IConfiguration>(), context.Get<IEnumerable<OptionsSection>>(), context.Get<ServerOptions>());
            await StartListeningAsync(app, cancel);
            if (app.Services.GetRequiredService<PeopleStore>().IsEmpty() && app.Services.GetRequiredService<AuthOptions>().Mode == AuthMode.Local)
            {
                // On standard output and not in the log, which may be kept and sent elsewhere.
                var link = app.Services.GetRequiredService<NewPeople>().NewSetupLink();
                context.Output.Result(new { SetupLink = link }, output => SetupLinkCommand.Print(output, link));
            }

            await app.WaitForShutdownAsync(cancel);
            return ExitCodes.Ok;
        });

    /// <summary>Builds the server after checking every setting and opening what it cannot do without.</summary>
    public static WebApplication Start(IConfiguration configuration, IEnumerable<OptionsSection> sections, ServerOptions options)
    {
        OptionsSections.ReadAll(sections, configuration);
        var app = WebServer.Build(options, services =>
        {
            services.AddWorkspaces(configuration);
            services.AddBackupTimer();
            services.AddHostedService<FailureMails>();
            services.AddHostedService<HoldSweeper>();
        });
        app.Services.GetRequiredService<WorkspaceLifecycle>().Sweep();
        app.Services.GetRequiredService<IWorkspaceGateway>();
        ExternalFeature.RefuseLocalSecrets(app.Services);
        return app;
    }

    public static async Task StartListeningAsync(WebApplication app, CancellationToken cancel)
    {
        try
        {
            await app.StartAsync(cancel);
        }
        catch (IOException error) when (error.InnerException is { InnerException: SocketException } or { InnerException: null })
        {
            throw new ProblemException(
                ProblemCodes.BadConfiguration, $"{error.Message} Another program listens there, or this address is not ours. Choose another: --set Server:Url=http://127.0.0.1:PORT");
        }
    }
}
