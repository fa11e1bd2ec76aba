using System.CommandLine;
using System.Reflection;
using System.Runtime.InteropServices;
using WorkspaceServer.Hosting;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Commands;

/// <summary>version: of the server and of the libraries that matter; with --check, whether there is a newer one.</summary>
internal static class VersionCommand
{
    /// <summary>Longest answer, in bytes.</summary>
    private const int MaxAnswer = 1024;

    private const int MostRedirects = 3;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static Command Build()
    {
        var check = new Option<bool>("--check") { Description = "Also ask Server:ReleasesUrl for the newest version. Nothing is asked without this, and nothing is sent but the question." };
        var command = Verb.Create("version", "Print the version of the server, of SQLCipher and of .NET.", "version", Recording.Nothing("shows versions"));
        command.Add(check);
        return command.Runs(async (context, cancel) =>
        {
            SqlCipher.Initialize(context.Get<VaultOptions>().SqlCipherLibrary);
            var assembly = Assembly.GetExecutingAssembly();
            var server = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
            var newest = context.Arguments.GetValue(check) ? await AskNewestAsync(context.Get<ServerOptions>().ReleasesUrl, cancel) : null;
            var isOld = newest is not null && newest > Release(assembly.GetName().Version!);
            context.Output.Result(new { Server = server, SqlCipher = SqlCipher.Version, DotNet = Environment.Version.ToString(), Newest = newest?.ToString(), IsNewest = newest is null ? (bool?)null : !isOld }, output =>
            {
                output.Fields(("workspace-server", server), ("SQLCipher", SqlCipher.Version), (".NET", $"{Environment.Version} on {RuntimeInformation.RuntimeIdentifier}"));
                if (newest is not null)
                {
                    output.Line(isOld ? $"There is a newer one, {newest}: ops/runbooks/upgrade.md says how to go to it." : "There is no newer one.");
                }
            });
            return ExitCodes.Ok;
        });
    }

    private static async Task<Version> AskNewestAsync(string address, CancellationToken cancel)
    {
        if (address.Length == 0)
        {
            throw new ProblemException(ProblemCodes.NotConfigured, "No address says which version is the newest. Set Server:ReleasesUrl to one whose first line is a version such as 1.2.3.");
        }

        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false };
        using var http = new HttpClient(handler) { Timeout = Patience, MaxResponseContentBufferSize = MaxAnswer };
        try
        {
            var line = (await ReadAsync(http, new Uri(address), cancel)).Split('\n')[0].Trim();
            return Version.TryParse(line, out var version) ? Release(version) : throw new HttpRequestException("its first line is no version such as 1.2.3");
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException && !cancel.IsCancellationRequested)
        {
            throw new IOException($"{address} does not say which version is the newest: {error.Message}", error);
        }
    }

    /// <summary>Follows redirects within the place that the operator named, and to no other: nobody else may say which version is the newest, or learn that this server asks.</summary>
    private static async Task<string> ReadAsync(HttpClient http, Uri address, CancellationToken cancel)
    {
        for (var redirects = 0; redirects <= MostRedirects; redirects++)
        {
            using var answer = await http.GetAsync(address, cancel);
            if ((int)answer.StatusCode is not (301 or 302 or 303 or 307 or 308))
            {
                return await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync(cancel);
            }

            var next = new Uri(address, answer.Headers.Location ?? throw new HttpRequestException("it sends on without saying where"));
            if (next.GetLeftPart(UriPartial.Authority) != address.GetLeftPart(UriPartial.Authority))
            {
                throw new HttpRequestException($"it sends on to {next.GetLeftPart(UriPartial.Authority)}, and only the place that is set may answer");
            }

            address = next;
        }

        throw new HttpRequestException("it sends on again and again");
    }

    private static Version Release(Version version) => new(version.Major, version.Minor, Math.Max(version.Build, 0));
}
