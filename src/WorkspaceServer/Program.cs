using WorkspaceServer.Commands;

return await Cli.RunAsync(args);
