using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using WorkspaceServer.Control;
using WorkspaceServer.EndToEnd.Edge;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault.Databases;
using WorkspaceServer.Vault.Keys;
using Xunit;

namespace WorkspaceServer.EndToEnd.Smoke;

/// <summary>The verb against a running server, both as the programs that are shipped.</summary>
public sealed class SmokeTests : IDisposable
{
    private static readonly TimeSpan RunTime = TimeSpan.FromMinutes(2);

    // The log of what was done; counts of tries, requests and rows read, which the server writes when it likes and forgets by itself; and the server's own keys, made when the first agent comes.
    private static readonly string[] Growing = ["smoke_run", "audit_entry", "audit_name", "attempt", "rate_count", "token_usage", "server_key"];

    private readonly TemporaryFolder folder = new();
    private readonly ServerProgram server;
    private string publicUrl = "";
    private string trusted = "/etc/ssl/certs/ca-certificates.crt";

    public SmokeTests() => server = new ServerProgram(folder.File("home"));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static string Agent => Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../WorkspaceServer.Agent/release/workspace-agent"));

    private string DataFolder => folder.File("home/data");

    public void Dispose()
    {
        server.Dispose();
        folder.Dispose();
    }

    [Fact]
    [Trait("claim", "A38")]
    [Trait("claim", "B32")]
    public async Task EveryPathIsTried_AndNothingOfItStays_AlsoOfOneThatWasCutShort()
    {
        await server.RunAsync("init");
        // With somebody there, the server makes no link to set it up while rows are counted.
        await server.RunAsync("user", "create", "asha@example.in", "--name", "Asha", "--super-admin");
        var books = (await server.RunJsonAsync("workspace", "create", "Books")).GetProperty("id").GetString()!;
        await File.WriteAllTextAsync(folder.File("orders.csv"), "id,note\n1,\"two\nlines\"\n2,one\n", Cancel);
        await server.RunAsync("table", "import", folder.File("orders.csv"), "-w", "Books");
        // As on an installed machine: nginx with TLS before it, under the public name, with a certificate that the visitor trusts.
        var behind = FreeAddress();
        await using var edge = await RunningEdge.StartAsync(behind, name: "localhost");
        publicUrl = $"https://localhost:{edge.Port}";
        await server.StartAsync("--set", $"Server:Url={behind.GetLeftPart(UriPartial.Authority)}", "--set", "Server:PublicUrl=" + publicUrl);
        var (tables, files) = (Tables(), Files());

        // Killed by the agent's program, after the person, the session and the pairing token are there.
        await ScriptAsync("killer", "kill -9 $PPID");
        Assert.Equal(137, (await SmokeAsync(server.Url, folder.File("killer"))).ExitCode);
        Assert.NotEqual(tables, Tables());

        var (untrusted, notSaid) = await SmokeAsync(new Uri(publicUrl), Agent);
        Assert.Equal((ExitCodes.SmokeFailed, true), (untrusted, notSaid.Contains("certificate", StringComparison.Ordinal)));
        Assert.Equal(1, JsonElement.Parse(notSaid).GetProperty("leftovers").GetInt32());
        trusted = edge.Certificates;
        var (good, said) = await SmokeAsync(new Uri(publicUrl), Agent, "--with-data");
        Assert.True(good == 0, said);
        var result = JsonElement.Parse(said);
        // Of the server and its workers together.
        Assert.InRange(server.ResidentBytes(), 1 << 20, 250L << 20);
        Assert.Equal((true, 0), (result.GetProperty("passed").GetBoolean(), result.GetProperty("leftovers").GetInt32()));
        Assert.Equal(
            ["answers", "sign_in", "pairing", "sync", "mcp_question", "oauth_and_pkce", "csv_export"],
            result.GetProperty("paths").EnumerateArray().Select(path => path.GetProperty("name").GetString()));
        Assert.Equal([.. tables.Split('\n'), .. files.Split('\n')], [.. Tables().Split('\n'), .. Files().Split('\n')]);

        // A path that is broken is named, and the later ones that need it; and still nothing stays.
        await ScriptAsync("broken", "echo 'no disk' >&2; exit 7");
        var (bad, why) = await SmokeAsync(server.Url, folder.File("broken"));
        Assert.Equal(ExitCodes.SmokeFailed, bad);
        var failed = JsonElement.Parse(why).GetProperty("paths").EnumerateArray().Where(path => !path.GetProperty("passed").GetBoolean()).ToDictionary(path => path.GetProperty("name").GetString()!, path => path.GetProperty("problem").GetString());
        Assert.Equal("The agent ended with exit code 7: no disk", failed["pairing"]);
        Assert.DoesNotContain("sign_in", failed.Keys);
        Assert.Equal([.. tables.Split('\n'), .. files.Split('\n')], [.. Tables().Split('\n'), .. Files().Split('\n')]);

        var rows = (await server.RunJsonAsync("audit", "list", "--action", AuditActions.SmokeTested)).GetProperty("rows").EnumerateArray().ToArray();
        Assert.Equal(["failed", "ok", "failed"], rows.Select(row => row.GetProperty("outcome").GetString()));
        await server.RunAsync("audit", "verify");
        Assert.Contains(books, Directory.GetDirectories(Path.Combine(DataFolder, "workspaces")).Select(Path.GetFileName));
    }

    private static Uri FreeAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"http://{listener.LocalEndpoint}");
    }

    private async Task ScriptAsync(string name, string text)
    {
        await File.WriteAllTextAsync(folder.File(name), $"#!/bin/sh\n{text}\n", Cancel);
        File.SetUnixFileMode(folder.File(name), UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    private Task<(int ExitCode, string Output)> SmokeAsync(Uri url, string agent, params string[] more) => NodeTools.StartAsync(
        "/bin/sh",
        ["-c", "\"$@\" 2>/dev/null", "smoke", Path.Combine(AppContext.BaseDirectory, "workspace-server"), "--home", server.Home, "--set", "Server:PublicUrl=" + publicUrl, "smoke", "--url", url.ToString(), "--agent", agent, "--json", .. more],
        RunTime,
        Cancel,
        environment: [("SSL_CERT_FILE", trusted)]);

    /// <summary>How many rows each table of the control database has.</summary>
    private string Tables()
    {
        SqlCipher.Initialize();
        using var master = MasterKey.Load(folder.File("home/keys/master.key"));
        using var control = ControlDatabase.Open(Vault.Databases.DataFolder.Open(DataFolder), master);
        using var connection = control.Open();
        var names = new List<string>();
        using (var command = connection.Command("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"))
        using (var rows = command.ExecuteReader())
        {
            while (rows.Read())
            {
                names.Add(rows.GetString(0));
            }
        }

        return string.Join('\n', names.Except(Growing).Select(name =>
        {
            using var command = connection.Command($"SELECT count(*) FROM \"{name}\"");
            return $"{name}: {command.ExecuteScalar()}";
        }));
    }

    /// <summary>Without the logs that SQLite keeps beside a file while it is open.</summary>
    private string Files() => string.Join('\n', Directory.EnumerateFileSystemEntries(DataFolder, "*", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(DataFolder, file))
        .Where(file => !file.EndsWith("-wal", StringComparison.Ordinal) && !file.EndsWith("-shm", StringComparison.Ordinal) && file != "smoke.lock" && !file.EndsWith("statements.log", StringComparison.Ordinal) && !file.StartsWith("security", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal));
}
