using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.EndToEnd.Backups;

/// <summary>The drill as an operator runs it, with nothing but the identity, the master key, the settings and the store.</summary>
public sealed partial class RestoreDrillTests : IDisposable
{
    private static readonly TimeSpan RunTime = TimeSpan.FromMinutes(3);
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static string Program => Path.Combine(AppContext.BaseDirectory, "workspace-server");

    private string Settings => folder.File("appsettings.json");

    public void Dispose() => folder.Dispose();

    [Fact]
    [Trait("claim", "A97")]
    [Trait("claim", "A98")]
    [Trait("claim", "A99")]
    [Trait("claim", "B39")]
    [Trait("claim", "E12")]
    [Trait("claim", "E16")]
    public async Task EverythingComesBack_AndADamagedObjectStopsItByName()
    {
        await BackUpAsync();

        var (good, said) = await DrillAsync();
        Assert.True(good == 0, said);
        var certificate = JsonElement.Parse(await File.ReadAllTextAsync(folder.File("out/drill-certificate.json"), Cancel)).GetProperty("certificate");
        Assert.True(certificate.GetProperty("passed").GetBoolean());
        Assert.Equal(
            ["start", "sign_in", "mcp_question", "pairing", "sync", "oauth_and_pkce", "csv_export", "audit_verify", "backup_of_the_restored", "doctor"],
            certificate.GetProperty("paths").EnumerateObject().Select(path => path.Name));
        Assert.All(certificate.GetProperty("paths").EnumerateObject(), path => Assert.Equal("PASS", path.Value.GetString()));
        Assert.Equal((2, true), (certificate.GetProperty("workspaces").GetInt32(), certificate.GetProperty("rows").GetInt64() > 60_000));
        Assert.InRange(certificate.GetProperty("recovery_time_seconds").GetDouble(), 0.1, 300);
        Assert.InRange(certificate.GetProperty("recovery_point_seconds").GetDouble(), 0, 300);
        Assert.Contains("Everything came back.", await File.ReadAllTextAsync(folder.File("out/drill-certificate.md"), Cancel), StringComparison.Ordinal);
        Assert.Contains("No restore was practised yet", await RunAsync("doctor"), StringComparison.Ordinal);
        await RunAsync("drill", "record", folder.File("out/drill-certificate.json"));
        Assert.Contains("everything came back in the one of", await RunAsync("doctor"), StringComparison.Ordinal);

        // A sample, delivered to whoever notes it.
        var (sampled, how) = await DrillAsync("--sample", "1", "--deliver", $"cat >'{folder.File("delivered.json")}'");
        Assert.True(sampled == 0, how);
        var sample = JsonElement.Parse(await File.ReadAllTextAsync(folder.File("delivered.json"), Cancel)).GetProperty("certificate");
        Assert.Equal((1, 2, true), (sample.GetProperty("workspaces").GetInt32(), sample.GetProperty("sampled_of").GetInt32(), sample.GetProperty("passed").GetBoolean()));
        await NodeTools.StartAsync("/bin/sh", ["-c", $"cat '{folder.File("delivered.json")}' | '{Program}' --config '{Settings}' --home '{folder.File("live")}' drill record /dev/stdin"], RunTime, Cancel);
        Assert.Contains("a sample of the workspaces in the one of", await RunAsync("doctor"), StringComparison.Ordinal);

        var damaged = Directory.GetFiles(folder.File("store/files"), "*.db.age", SearchOption.AllDirectories).Order(StringComparer.Ordinal).First();
        var bytes = await File.ReadAllBytesAsync(damaged, Cancel);
        bytes[^100] ^= 1;
        await File.WriteAllBytesAsync(damaged, bytes, Cancel);
        var (bad, why) = await DrillAsync();
        Assert.Equal(12, bad);
        Assert.Contains(Path.GetRelativePath(folder.File("store"), damaged), why, StringComparison.Ordinal);

        Assert.Empty(Directory.GetDirectories(folder.File("scratch")));
        Assert.DoesNotContain(Process.GetProcessesByName("workspace-server").SelectMany(CommandLine), argument => argument.StartsWith(folder.File("scratch"), StringComparison.Ordinal));
    }

    private static string[] CommandLine(Process process)
    {
        using (process)
        {
            try
            {
                return File.ReadAllText($"/proc/{process.Id}/cmdline").Split('\0');
            }
            catch (IOException)
            {
                // It ended meanwhile.
                return [];
            }
        }
    }

    private async Task BackUpAsync()
    {
        await WriteSettingsAsync("");
        await RunAsync("init");
        var recipient = Recipient().Match(await RunAsync("backup", "configure", "--new-identity", folder.File("backup.key"), "--json")).Value;
        await WriteSettingsAsync($"\"Recipients\": [\"{recipient}\"], ");
        await RunAsync("workspace", "create", "Books", "--sample");
        await RunAsync("workspace", "create", "Empty");
        await RunAsync("backup", "run");

        // The second one knows of the first: what comes back of it believes that the night was backed up, and is tried all the same.
        await RunAsync("backup", "run");
    }

    private Task WriteSettingsAsync(string recipients) =>
        File.WriteAllTextAsync(Settings, $$"""{"Server": { "PublicUrl": "https://books.example.org" }, "Backup": { {{recipients}}"Directory": "{{folder.File("store")}}" } }""", Cancel);

    private async Task<string> RunAsync(params string[] arguments)
    {
        var (code, output) = await NodeTools.StartAsync(Program, ["--config", Settings, "--home", folder.File("live"), .. arguments], RunTime, Cancel);
        Assert.True(code == 0, output);
        return output;
    }

    private Task<(int ExitCode, string Output)> DrillAsync(params string[] more)
    {
        Directory.CreateDirectory(folder.File("scratch"));
        return NodeTools.StartAsync(
            "/usr/bin/env",
            [
                $"TMPDIR={folder.File("scratch")}", Path.Combine(NodeTools.Repository, "ops", "drill", "restore-drill"), "--identity", folder.File("backup.key"), "--master-key",
                folder.File("live/keys/master.key"), "--settings", Settings, "--server", Program, "--out", folder.File("out"), .. more,
            ],
            RunTime,
            Cancel);
    }

    [GeneratedRegex("age1[a-z0-9]{20,}")]
    private static partial Regex Recipient();
}
