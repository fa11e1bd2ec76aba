using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Xunit;

namespace WorkspaceServer.Agent.Tests.Sources;

/// <summary>A PostgreSQL of its own, from Debian's package, for the tests of one class.</summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string folder = Directory.CreateTempSubdirectory("workspace-agent-postgres-").FullName;
    private readonly string? programs = Directory.Exists("/usr/lib/postgresql")
        ? Directory.EnumerateDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).FirstOrDefault(bin => File.Exists(Path.Combine(bin, "initdb")))
        : null;

    /// <summary>Why there is none, or null.</summary>
    public string? Missing => programs is null ? "PostgreSQL is not installed here; ops/bootstrap.sh test installs it." : null;

    public string Connection { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        if (programs is null)
        {
            return;
        }

        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        var data = Path.Combine(folder, "data");
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_111_111);
        await RunAsync("initdb", "-D", data, "-A", "trust", "-U", "reader", "--no-sync", "-E", "UTF8", "--no-locale");
        // One user needs a password; the first line that fits counts.
        var access = Path.Combine(data, "pg_hba.conf");
        await File.WriteAllTextAsync(access, "host all locked 127.0.0.1/32 scram-sha-256\n" + await File.ReadAllTextAsync(access));
        await RunAsync("pg_ctl", "-D", data, "-w", "-l", Path.Combine(folder, "log"), "-o", string.Create(CultureInfo.InvariantCulture, $"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"), "start");
        Connection = string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={port};Username=reader;Database=postgres");
    }

    public async ValueTask DisposeAsync()
    {
        if (Connection.Length > 0)
        {
            await RunAsync("pg_ctl", "-D", Path.Combine(folder, "data"), "-m", "immediate", "stop");
        }

        Directory.Delete(folder, recursive: true);
    }

    /// <summary>PostgreSQL refuses to run as root, so the user that its package made does it then.</summary>
    private async Task RunAsync(string program, params string[] arguments)
    {
        string[] start = Environment.IsPrivilegedProcess ? ["runuser", "-u", "postgres", "--"] : [];
        string[] line = [.. start, Path.Combine(programs!, program), .. arguments];
        using var process = Process.Start(new ProcessStartInfo(line[0], line[1..]) { WorkingDirectory = folder, RedirectStandardOutput = true })!;
        using var late = new CancellationTokenSource(Patience);
        await process.WaitForExitAsync(late.Token);
        Assert.True(process.ExitCode == 0, $"{program} failed");
    }
}
