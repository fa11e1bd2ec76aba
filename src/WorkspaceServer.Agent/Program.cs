using System.Globalization;
using System.Text;
using WorkspaceServer.Agent.Commands;

// Names of parties are in any script; a Windows console would show them in its old code page.
Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

// Numbers and dates are the same on every computer, whatever its language.
CultureInfo.CurrentCulture = CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
CultureInfo.CurrentUICulture = CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.InvariantCulture;
return await Cli.RunAsync(args);
