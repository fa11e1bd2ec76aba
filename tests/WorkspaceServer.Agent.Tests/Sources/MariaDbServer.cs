using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MySqlConnector;
using Xunit;

namespace WorkspaceServer.Agent.Tests.Sources;

/// <summary>A MariaDB of its own, from Debian's package, for the tests of one class.</summary>
public sealed class MariaDbServer : IAsyncLifetime
{
    private const string Daemon = "/usr/sbin/mariadbd";

    /// <summary>Of the same package.</summary>
    private const string SystemTables = "/usr/share/mysql/mysql_system_tables.sql";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string folder = Directory.CreateTempSubdirectory("workspace-agent-mariadb-").FullName;
    private Process? daemon;

    /// <summary>Why there is none, or null.</summary>
    public string? Missing => File.Exists(Daemon) ? null : "MariaDB is not installed here; ops/bootstrap.sh test installs it.";

    private string Server { get; set; } = "";

    public async ValueTask InitializeAsync()
    {
        if (Missing is not null)
        {
            return;
        }

        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        Directory.CreateDirectory(Path.Combine(folder, "data"));
        string[] settings = ["--no-defaults", $"--datadir={folder}/data", $"--user={Environment.UserName}", "--innodb-flush-log-at-trx-commit=0", "--innodb-log-file-size=4M", "--innodb-buffer-pool-size=16M"];
        await MakeUsersAsync(settings);
        var start = new ProcessStartInfo(Daemon,
        [
            .. settings, string.Create(CultureInfo.InvariantCulture, $"--port={port}"), "--bind-address=127.0.0.1",
            $"--socket={folder}/socket", $"--pid-file={folder}/pid", "--skip-name-resolve", "--character-set-server=latin1",
        ])
        { RedirectStandardError = true };
        daemon = Process.Start(start)!;
        await ReadyAsync(daemon);
        Server = string.Create(CultureInfo.InvariantCulture, $"Server=127.0.0.1;Port={port};User ID=root;SslMode=None");
    }

    /// <summary>A database of its own; its connection may write, which the agent does not.</summary>
    public async Task<string> NewDatabaseAsync()
    {
        var name = "books_" + Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString("n");
        await RunAsync(Server, $"CREATE DATABASE {name}");
        return $"{Server};Database={name}";
    }

    public static async Task RunAsync(string connection, string statements)
    {
        await using var open = new MySqlConnection(connection + ";Pooling=false");
        await open.OpenAsync();
        await using var command = open.CreateCommand();
        command.CommandText = statements;
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (daemon is not null)
        {
            daemon.Kill();
            await daemon.WaitForExitAsync();
            daemon.Dispose();
        }

        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Its own tables, with one user who may do everything and needs no password; those who need one are the tests'.</summary>
    private static async Task MakeUsersAsync(string[] settings)
    {
        using var making = Process.Start(new ProcessStartInfo(Daemon, [.. settings, "--bootstrap", "--skip-networking"]) { RedirectStandardInput = true, RedirectStandardError = true })!;
        var log = making.StandardError.ReadToEndAsync(CancellationToken.None);
        await making.StandardInput.WriteAsync("CREATE DATABASE mysql;\nUSE mysql;\n" + await File.ReadAllTextAsync(SystemTables));
        await making.StandardInput.WriteAsync("\nFLUSH PRIVILEGES;\nCREATE USER root@'127.0.0.1';\nGRANT ALL ON *.* TO root@'127.0.0.1' WITH GRANT OPTION;\n");
        making.StandardInput.Close();
        using var late = new CancellationTokenSource(Patience);
        await making.WaitForExitAsync(late.Token);
        Assert.True(making.ExitCode == 0, await log);
    }

    /// <summary>It says on its log when it takes connections.</summary>
    private static async Task ReadyAsync(Process daemon)
    {
        using var late = new CancellationTokenSource(Patience);
        while (await daemon.StandardError.ReadLineAsync(late.Token) is { } line)
        {
            if (line.Contains("ready for connections", StringComparison.Ordinal))
            {
                // Nobody reads it any more, but it must not wait for a full pipe.
                _ = daemon.StandardError.ReadToEndAsync(CancellationToken.None);
                return;
            }
        }

        Assert.Fail("mariadbd ended before it was ready.");
    }
}
