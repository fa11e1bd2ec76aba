using System.Net;
using System.Net.Sockets;
using WorkspaceServer.Hosting;
using WorkspaceServer.Hosting.Checks;

namespace WorkspaceServer.Features.Health.Checks;

/// <summary>The address that the server listens on is free, or the server itself has it.</summary>
internal sealed class PortCheck(ServerOptions options) : ICheck
{
    private const string Setting = "Server:Url";

    /// <summary>Longest wait for whoever listens there.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async Task<IReadOnlyList<Finding>> LookAsync(CheckRequest request, CancellationToken cancel)
    {
        ServerOptions.TryReadListen(options.Url, out var end);
        var error = TryListen(end);
        if (error?.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            if (await IsOursAsync(end, cancel))
            {
                return [Finding.Ok($"the server answers on {end}", Setting)];
            }

            // Another look of this kind, made in the same moment, holds it for no longer than this one did.
            error = TryListen(end);
        }

        return [error?.SocketErrorCode switch
        {
            null => Finding.Ok($"{end} is free: the server is not running", Setting),
            SocketError.AddressAlreadyInUse => Finding.Fail(
                $"Another program listens on {end}, so the server cannot.", Setting, $"see which with: ss -ltnp 'sport = :{end.Port}'; stop it, or set {Setting} to another port, here and in nginx.conf"),
            _ => Finding.Fail($"{end} cannot be listened on: {error.Message}.", Setting, $"set {Setting} to an address of this machine and a port from 1024 up"),
        }];
    }

    private static SocketException? TryListen(IPEndPoint end)
    {
        try
        {
            using var listener = new TcpListener(end);
            listener.Start();
            return null;
        }
        catch (SocketException error)
        {
            return error;
        }
    }

    private static async Task<bool> IsOursAsync(IPEndPoint end, CancellationToken cancel)
    {
        using var http = new HttpClient { Timeout = Patience, MaxResponseContentBufferSize = 4096 };
        try
        {
            using var answer = await http.GetAsync(new Uri($"http://{end}/healthz"), cancel);
            return answer.IsSuccessStatusCode && answer.Headers.Contains(RequestLog.Header);
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException && !cancel.IsCancellationRequested)
        {
            return false;
        }
    }
}
