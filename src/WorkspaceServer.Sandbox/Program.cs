using WorkspaceServer.Sandbox;
using WorkspaceServer.Vault.Sandbox;

// workspace-sandbox [SQLCIPHER-LIBRARY]: started by the server only; reads from standard input, answers on standard output.
ProcessLimits.Apply();
SystemCallFilter.Apply();
using var input = Console.OpenStandardInput();
using var output = Console.OpenStandardOutput();
using var worker = new SandboxWorker(input, output, args.Length > 0 ? args[0] : null);
worker.Run();
