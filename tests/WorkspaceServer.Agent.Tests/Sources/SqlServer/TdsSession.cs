using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace WorkspaceServer.Agent.Tests.Sources.SqlServer;

/// <summary>One connection to the <see cref="SqlServerPeer"/>, from its first packet to its end ([MS-TDS] 3.3.5).</summary>
internal sealed class TdsSession : IDisposable
{
    private const int FirstPacketBytes = 4096;
    private const int RowsAtOnce = 200;

    private readonly SqlServerPeer peer;
    private readonly TcpClient client;
    private readonly CancellationToken cancel;
    private readonly TdsTokens tokens = new();
    private Stream stream;
    private TdsSender sender;
    private Task<TdsMessage?>? next;
    private ulong transaction;
    private ulong lastTransaction;
    private bool isSnapshot;
    private SqlServerDatabase? snapshot;

    private TdsSession(SqlServerPeer peer, TcpClient client, CancellationToken cancel)
    {
        (this.peer, this.client, this.cancel) = (peer, client, cancel);
        stream = client.GetStream();
        sender = new TdsSender(stream, FirstPacketBytes);
    }

    public static async Task RunAsync(SqlServerPeer peer, TcpClient client, CancellationToken cancel)
    {
        using (client)
        {
            client.NoDelay = true;
            try
            {
                using var session = new TdsSession(peer, client, cancel);
                await session.RunAsync();
            }
            catch (Exception error) when (error is IOException or SocketException or OperationCanceledException or ObjectDisposedException or AuthenticationException)
            {
                // The client hung up, or does not trust the certificate.
            }
        }
    }

    public void Dispose() => tokens.Dispose();

    private async Task RunAsync()
    {
        if (!await LogInAsync())
        {
            return;
        }

        next = TdsMessage.ReadAsync(stream, cancel);
        while (await next is { } message)
        {
            next = TdsMessage.ReadAsync(stream, cancel);
            await AnswerAsync(message);
        }
    }

    /// <returns>Whether the client is in.</returns>
    private async Task<bool> LogInAsync()
    {
        if (await TdsMessage.ReadAsync(stream, cancel) is not { Type: TdsPacketType.PreLogin } first)
        {
            return false;
        }

        var wish = TdsPreLogin.Read(first.Body).Encryption;
        await SendAsync(TdsPreLogin.Answer(!peer.CanEncrypt ? TdsEncryption.NotSupported : wish == TdsEncryption.Off ? TdsEncryption.Off : TdsEncryption.On));
        var plain = stream;
        if (peer.CanEncrypt)
        {
            stream = await EncryptAsync(stream);
        }

        var message = await TdsMessage.ReadAsync(stream, cancel);
        if (message is not { Type: TdsPacketType.Login7 })
        {
            return false;
        }

        var login = TdsLogin.Read(message.Body);
        peer.Logins.Enqueue(login);
        var isAllEncrypted = peer.CanEncrypt && wish != TdsEncryption.Off;
        peer.WasEncrypted = (peer.CanEncrypt, isAllEncrypted);
        stream = isAllEncrypted ? stream : plain;
        sender = new TdsSender(stream, FirstPacketBytes);
        if (Refusal(login) is { Length: > 0 } errors)
        {
            Array.ForEach(errors, error => tokens.Error(error));
            await SendAsync(tokens.Done(TdsTokens.DoneError, 0, 0).Take());
            return false;
        }

        await SendAsync(tokens.LoggedIn(peer.Database.Name, login.PacketBytes).Take());
        sender = new TdsSender(stream, login.PacketBytes);
        return true;
    }

    private SqlServerError[] Refusal(TdsLogin login)
    {
        var refused = new SqlServerError(18456, 14, 1, $"Login failed for user '{login.User}'.");
        return login.Version != TdsLogin.Version74 ? throw new InvalidDataException($"TDS version {login.Version:X8}")
            : login.User != SqlServerPeer.User || login.Password != SqlServerPeer.Password ? [refused]
            : login.Database != peer.Database.Name ? [new SqlServerError(4060, 11, 1, $"Cannot open database \"{login.Database}\" requested by the login. The login failed."), refused]
            : [];
    }

    private async Task<Stream> EncryptAsync(Stream plain)
    {
        var handshake = new TdsHandshakeStream(plain);
        var encrypted = new SslStream(handshake);
        await encrypted.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = peer.Certificate, EnabledSslProtocols = SslProtocols.Tls12 }, cancel);
        handshake.IsOver = true;
        return encrypted;
    }

    private Task SendAsync(byte[] data, bool isLast = true) => sender.SendAsync(data, isLast, cancel);

    private async Task AnswerAsync(TdsMessage message)
    {
        var reader = new TdsReader(message.Body);
        var isCall = message.Type == TdsPacketType.Rpc;
        try
        {
            switch (message.Type)
            {
                case TdsPacketType.SqlBatch or TdsPacketType.Rpc:
                    var descriptor = reader.Headers();
                    if (descriptor != transaction)
                    {
                        throw new SqlServerError(3989, 16, 1, "New request is not allowed to start because it should come with valid transaction descriptor.");
                    }

                    var call = isCall ? TdsCall.Read(reader) : new TdsCall(Encoding.Unicode.GetString(reader.Bytes(message.Body.Length - BitConverter.ToInt32(message.Body))), new Dictionary<string, string?>());
                    await RunAsync(call, isCall);
                    break;
                case TdsPacketType.TransactionManager:
                    reader.Headers();
                    await SendAsync(Transact(reader).Done(TdsTokens.DoneFinal, 0, 0).Take());
                    break;
                case TdsPacketType.Attention:
                    await StopAsync();
                    break;
                default:
                    throw new InvalidDataException($"A packet of type {message.Type}.");
            }
        }
        catch (SqlServerError error)
        {
            await SendAsync(tokens.Error(error).Done(TdsTokens.DoneError, 0, 0).Take());
        }
    }

    private async Task RunAsync(TdsCall call, bool isCall)
    {
        peer.Statements.Enqueue(call.Statement);
        SqlServerResult result;
        try
        {
            result = TransactSql.Run(call.Statement, State(), call.Parameters);
        }
        catch (SqlServerError error) when (error.Number == 229 && error.Message.StartsWith("The permission for", StringComparison.Ordinal))
        {
            peer.Refused.Enqueue(call.Statement);
            throw;
        }

        if (isSnapshot && !result.IsCatalog && peer.Database.SnapshotState != 1)
        {
            throw new SqlServerError(3952, 16, 1, $"Snapshot isolation transaction failed accessing database '{peer.Database.Name}' because snapshot isolation is not allowed in this database.");
        }

        tokens.Columns(result.Columns);
        var count = 0;
        foreach (var row in result.Rows)
        {
            if (!result.IsCatalog && peer.Trouble is { Fault: not PeerFault.None } trouble && trouble.AfterRows == count && await MeetAsync(trouble.Fault))
            {
                return;
            }

            tokens.Row(result.Columns, row);
            if (++count % RowsAtOnce == 0)
            {
                await SendAsync(tokens.Take(), isLast: false);
            }

            if (next!.IsCompletedSuccessfully && await next is { Type: TdsPacketType.Attention })
            {
                next = TdsMessage.ReadAsync(stream, cancel);
                await StopAsync();
                return;
            }
        }

        await SendAsync((isCall ? tokens.DoneProcedure((ulong)count) : tokens.Done(TdsTokens.DoneCount, TdsTokens.SelectCommand, (ulong)count)).Take());
    }

    /// <summary>In a SNAPSHOT transaction, what was there when it first looked.</summary>
    private SqlServerDatabase State() => isSnapshot ? snapshot ??= peer.Database : peer.Database;

    /// <returns>Whether nothing more is to be sent.</returns>
    private async Task<bool> MeetAsync(PeerFault fault)
    {
        await SendAsync(tokens.Take(), isLast: false);
        switch (fault)
        {
            case PeerFault.Gone:
                await sender.SendHalfAsync(cancel);
                client.LingerState = new LingerOption(true, 0);
                throw new IOException("Gone, as the test wants.");
            case PeerFault.Silent:
                var stopping = await next!;
                next = TdsMessage.ReadAsync(stream, cancel);
                if (stopping is { Type: TdsPacketType.Attention })
                {
                    await StopAsync();
                }

                return true;
            default:
                throw new SqlServerError(245, 16, 1, $"Conversion failed when converting the varchar value '{SqlServerPeer.Cell}' to data type int.");
        }
    }

    private async Task StopAsync()
    {
        peer.CountAttention();
        await SendAsync(tokens.Done(TdsTokens.DoneAttention, 0, 0).Take());
    }

    /// <summary>A request to the transaction manager ([MS-TDS] 2.2.6.9).</summary>
    private TdsTokens Transact(TdsReader reader)
    {
        const ushort Begin = 5;
        const ushort Commit = 7;
        const ushort RollBack = 8;
        const byte Snapshot = 5;
        var kind = reader.UInt16();
        var before = transaction;
        switch (kind)
        {
            case Begin:
                var isolation = reader.Byte();
                isSnapshot = isolation == Snapshot;
                transaction = ++lastTransaction;
                peer.Transactions.Enqueue(isSnapshot ? "begin snapshot" : $"begin {isolation}");
                return tokens.Began(transaction);
            case Commit or RollBack:
                (transaction, isSnapshot, snapshot) = (0, false, null);
                peer.Transactions.Enqueue(kind == Commit ? "commit" : "roll back");
                return kind == Commit ? tokens.Committed(before) : tokens.RolledBack(before);
            default:
                throw new InvalidDataException($"Transaction request {kind}.");
        }
    }
}
