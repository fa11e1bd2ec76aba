using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WorkspaceServer.Agent.Tests.Sources.SqlServer;

/// <summary>What becomes of the rows of a table on their way.</summary>
internal enum PeerFault
{
    None,

    /// <summary>The server is gone in the middle of a row.</summary>
    Gone,

    /// <summary>The server says nothing more until it is told to stop.</summary>
    Silent,

    /// <summary>The server finds a value that it cannot go on with.</summary>
    Broken,
}

/// <summary>
/// Stands where SQL Server would, which cannot be had for the tests: it speaks TDS 7.4 as [MS-TDS] writes it, with its TLS, over loopback TCP, and runs the statements of the agent as
/// SQL Server's own parser reads them (<see cref="TransactSql"/>). What it has not learned is an error. That a real server's values look the same, Microsoft's documentation says, not this.
/// </summary>
internal sealed class SqlServerPeer : IAsyncDisposable
{
    public const string User = "reader";
    public const string Password = "Sécrèt;1'\"";

    /// <summary>A value among the rows, which an error quotes.</summary>
    public const string Cell = "Müller's \"cell";

    private static readonly DateTimeOffset Begins = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentBag<Task> sessions = [];
    private readonly string certificateFile = Path.GetTempFileName();
    private readonly Task accepting;
    private volatile SqlServerDatabase database;

    public SqlServerPeer(params SqlServerTable[] tables)
    {
        database = new SqlServerDatabase("books", tables);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Certificate = new CertificateRequest("CN=peer", key, HashAlgorithmName.SHA256).CreateSelfSigned(Begins, Begins.AddYears(50));
        File.WriteAllText(certificateFile, Certificate.ExportCertificatePem());
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>As of now; who reads a state keeps the one that was.</summary>
    public SqlServerDatabase Database
    {
        get => database;
        set => database = value;
    }

    public X509Certificate2 Certificate { get; }

    public bool CanEncrypt { get; init; } = true;

    /// <summary>What befalls the rows of a table, and after how many of them.</summary>
    public (PeerFault Fault, int AfterRows) Trouble { get; set; }

    public ConcurrentQueue<TdsLogin> Logins { get; } = [];

    public ConcurrentQueue<string> Statements { get; } = [];

    /// <summary>Statements that would have changed something.</summary>
    public ConcurrentQueue<string> Refused { get; } = [];

    /// <summary>How transactions began and ended, in order.</summary>
    public ConcurrentQueue<string> Transactions { get; } = [];

    /// <summary>Requests to stop that were obeyed.</summary>
    public int Attentions => attentions;

    /// <summary>Whether the last login came within TLS, and the statements after it.</summary>
    public (bool Login, bool Statements) WasEncrypted { get; set; }

    private int attentions;

    /// <summary>Names this server and its certificate, as a careful owner would.</summary>
    public string Connection => $"{Place};ServerCertificate={certificateFile}";

    public string Place => $"Server=tcp:127.0.0.1,{((IPEndPoint)listener.LocalEndpoint).Port};Database=books;User ID={User};Password=\"{Password.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    public void CountAttention() => Interlocked.Increment(ref attentions);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Dispose();
        await accepting;
        await Task.WhenAll(sessions);
        stop.Dispose();
        Certificate.Dispose();
        File.Delete(certificateFile);
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                var client = await listener.AcceptTcpClientAsync(stop.Token);
                sessions.Add(TdsSession.RunAsync(this, client, stop.Token));
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }
        }
    }
}
