using System.CommandLine;
using System.Reflection;
using WorkspaceServer.Features.Accounts;
using WorkspaceServer.Features.Backups;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>server info: what this server is, how its keys are made and where it keeps data; for whoever has to answer such questions.</summary>
internal static class ServerInfoCommand
{
    /// <summary>One master key; each file's key comes from it and the workspace's own salt. There is no key of a customer's own.</summary>
    public const string KeyModel = "single-master-hkdf";

    public static Command Build() => Verb
        .Create("info", "Say what this server is: its version and purpose, how keys are made, where data is, and what it does not do.", "server info --json", Recording.Nothing("shows settings, none of which is secret"))
        .Runs((context, _) =>
        {
            var (server, residency, backup) = (context.Get<ServerOptions>(), context.Get<ResidencyOptions>(), context.Get<BackupOptions>());
            var document = new
            {
                Version = Assembly.GetExecutingAssembly().GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion,
                server.Environment,
                PublicUrl = server.PublicUrl.Length == 0 ? null : server.PublicUrl,
                SignIn = context.Get<AuthOptions>().Mode,
                KeyModel,
                MasterKeyRotation = "workspace-server key rotate",
                BringYourOwnKey = false,
                Region = residency.Place,
                residency.AllowedCountries,
                ReplicatedTo = Array.Empty<string>(),
                Backups = backup.IsOn ? backup.Place : null,
            };
            context.Output.Result(document, output => output.Fields(
                ("version", document.Version),
                ("environment", server.Environment.ToString().ToLowerInvariant()),
                ("public address", document.PublicUrl ?? "not set"),
                ("sign-in", document.SignIn.ToString().ToLowerInvariant()),
                ("key model", $"{KeyModel}: one master key, a key derived for each file, none of a customer's own"),
                ("new master key", document.MasterKeyRotation),
                ("region", document.Region ?? "not said: Residency:Region"),
                ("allowed countries", residency.AllowedCountries.Length == 0 ? "any" : string.Join(", ", residency.AllowedCountries)),
                ("replicated to", "nowhere: this one machine has the data"),
                ("backups", document.Backups ?? "off")));
            return Task.FromResult(ExitCodes.Ok);
        });
}
