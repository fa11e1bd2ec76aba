using System.Text;
using WorkspaceServer.Agent.Commands;

// Names of parties are in any script; a Windows console would show them in its old code page.
Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
return await Cli.RunAsync(args);
