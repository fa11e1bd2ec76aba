using System.Globalization;
using System.Reflection;
using WorkspaceServer.Hosting;

namespace WorkspaceServer.Control;

/// <summary>Brings the control database's schema up to date: numbered scripts, forward only, each in one transaction.</summary>
internal static class Migrations
{
    private const string Suffix = ".sql";

    /// <summary>The scripts in order; the number before the first dash is the schema version that each one makes.</summary>
    public static IReadOnlyList<(int Version, string Sql)> All { get; } = Read();

    public static void Apply(ControlConnection connection)
    {
        var current = Version(connection);
        if (current > All[^1].Version)
        {
            throw new ProblemException(ProblemCodes.BadConfiguration, "This data folder was written by a newer version of the server. Install that version.");
        }

        foreach (var (version, sql) in All.Where(script => script.Version > current))
        {
            connection.Begin();
            if (Version(connection) < version)
            {
                connection.Execute(sql);
                connection.Execute("PRAGMA user_version = " + version.ToString(CultureInfo.InvariantCulture));
            }

            connection.Commit();
        }
    }

    public static int Version(ControlConnection connection)
    {
        using var command = connection.Command("PRAGMA user_version");
        return Convert.ToInt32(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    private static List<(int Version, string Sql)> Read()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return
        [
            .. assembly.GetManifestResourceNames()
                .Where(name => name.EndsWith(Suffix, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(name => (int.Parse(name.Split('-')[0], CultureInfo.InvariantCulture), Text(assembly, name))),
        ];
    }

    private static string Text(Assembly assembly, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
