using System.CommandLine;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Commands;

/// <summary>Where settings come from: the settings file, then server.env beside it, then the environment, then flags; the last one wins.</summary>
internal static class Settings
{
    public const string DefaultFile = "/etc/workspace-server/appsettings.json";

    /// <summary>Environment variables and lines of server.env look like WORKSPACE_Section__Key=value.</summary>
    public const string VariablePrefix = "WORKSPACE_";

    private const string EnvironmentFile = "server.env";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly string[] NotSettings = ["DEBUG", "SQLCIPHER_SOURCE"];

    /// <exception cref="ProblemException">A file is missing or cannot be read, or a flag is no Section:Key=value.</exception>
    public static IConfigurationRoot Load(ParseResult arguments)
    {
        var named = arguments.GetValue(GlobalOptions.Config);
        if (named is not null && !File.Exists(named))
        {
            throw Bad($"There is no settings file {named}. Correct --config.");
        }

        var (file, secrets) = FilesOf(arguments);
        try
        {
            var fromFile = new ConfigurationBuilder().AddJsonFile(file, optional: true).Build();
            var fromFlags = FromFlags(arguments);
            foreach (var secret in OptionsSections.Secrets(Composition.AllSections()).Where(key => fromFile[key] is not null || fromFlags.ContainsKey(key)))
            {
                throw Bad($"{secret} is a secret: neither the settings file nor the command line keeps it one. Put {VariablePrefix}{secret.Replace(":", "__", StringComparison.Ordinal)}=… into {EnvironmentFile} beside the settings file.");
            }

            return new ConfigurationBuilder()
                .AddConfiguration(fromFile)
                .AddInMemoryCollection(ReadEnvironmentFile(secrets))
                .AddInMemoryCollection(FromVariables())
                .AddInMemoryCollection(fromFlags)
                .Build();
        }
        catch (InvalidDataException error)
        {
            throw Bad($"The settings file {file} cannot be read: {error.InnerException?.Message ?? error.Message}");
        }
    }

    /// <summary>The settings file and the file of secrets beside it, whether they are there or not.</summary>
    public static SettingsFiles FilesOf(ParseResult arguments)
    {
        var file = Path.GetFullPath(arguments.GetValue(GlobalOptions.Config) ?? DefaultFile);
        return new SettingsFiles(file, Path.Combine(Path.GetDirectoryName(file)!, EnvironmentFile));
    }

    private static IEnumerable<KeyValuePair<string, string?>> FromVariables() => Environment.GetEnvironmentVariables()
        .Cast<System.Collections.DictionaryEntry>()
        .Select(entry => (Name: (string)entry.Key, Value: (string?)entry.Value))
        .Where(entry => entry.Name.StartsWith(VariablePrefix, StringComparison.Ordinal) && !NotSettings.Contains(entry.Name[VariablePrefix.Length..]))
        .Select(entry => KeyValuePair.Create(KeyOf(entry.Name), entry.Value));

    private static Dictionary<string, string?> FromFlags(ParseResult arguments)
    {
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        if (arguments.GetValue(GlobalOptions.Home) is { } home)
        {
            values["Vault:DataDirectory"] = Path.Combine(home, "data");
            values["Vault:MasterKeyFile"] = Path.Combine(home, "keys", "master.key");
        }

        foreach (var flag in arguments.GetValue(GlobalOptions.Set) ?? [])
        {
            var parts = flag.Split('=', 2);
            if (parts.Length != 2 || !parts[0].Contains(':', StringComparison.Ordinal))
            {
                throw Bad($"--set takes Section:Key=value, not '{flag}'.");
            }

            values[parts[0]] = parts[1];
        }

        return values;
    }

    /// <summary>Lines NAME=value; empty lines and lines that start with # are skipped. Secrets live here, so the file is for its owner only.</summary>
    private static Dictionary<string, string?> ReadEnvironmentFile(string file)
    {
        var values = new Dictionary<string, string?>();
        if (!File.Exists(file))
        {
            return values;
        }

        if ((File.GetUnixFileMode(file) & ~OwnerOnly) != 0)
        {
            throw Bad($"Others may read {file}, which holds secrets. Run: chmod 0600 {file}");
        }

        foreach (var (line, number) in File.ReadLines(file).Select((line, index) => (line.Trim(), index + 1)).Where(line => line.Item1.Length > 0 && line.Item1[0] != '#'))
        {
            var parts = line.Split('=', 2);
            if (parts.Length != 2 || !parts[0].StartsWith(VariablePrefix, StringComparison.Ordinal))
            {
                throw Bad($"Line {number} of {file} is not {VariablePrefix}Section__Key=value.");
            }

            values[KeyOf(parts[0])] = parts[1];
        }

        return values;
    }

    private static string KeyOf(string variable) => variable[VariablePrefix.Length..].Replace("__", ":", StringComparison.Ordinal);

    private static ProblemException Bad(string message) => new(ProblemCodes.BadConfiguration, message);
}
