using System.CommandLine;
using System.Reflection;
using System.Runtime.InteropServices;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Commands;

/// <summary>version: of the server and of the libraries that matter.</summary>
internal static class VersionCommand
{
    public static Command Build() => Verb
        .Create("version", "Print the version of the server, of SQLCipher and of .NET.", "version", Recording.Nothing("shows versions"))
        .Runs((context, _) =>
        {
            SqlCipher.Initialize(context.Get<VaultOptions>().SqlCipherLibrary);
            var server = Assembly.GetExecutingAssembly().GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
            context.Output.Result(new { Server = server, SqlCipher = SqlCipher.Version, DotNet = Environment.Version.ToString() }, output => output.Fields(
                ("workspace-server", server), ("SQLCipher", SqlCipher.Version), (".NET", $"{Environment.Version} on {RuntimeInformation.RuntimeIdentifier}")));
            return Task.FromResult(ExitCodes.Ok);
        });
}
