using WorkspaceServer.Agent.Commands;

return await Cli.RunAsync(args);
