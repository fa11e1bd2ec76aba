using System.Net;

namespace WorkspaceServer.Agent.Server;

/// <summary>The server's address: https, always. Only to this computer itself, where nobody listens in, plain http is allowed.</summary>
internal static class ServerAddress
{
    /// <exception cref="AgentException">It is no address, or not https.</exception>
    public static Uri Parse(string text)
    {
        if (!Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : "https://" + text, UriKind.Absolute, out var address)
            || address.Scheme is not ("https" or "http") || address.UserInfo.Length > 0 || address.Query.Length > 0 || address.Fragment.Length > 0)
        {
            throw new AgentException(AgentProblem.Usage, $"'{text}' is no address of a server. Write it like https://ws.example.in");
        }

        if (address.Scheme == "http" && !IsThisComputer(address))
        {
            throw new AgentException(AgentProblem.Usage, "The address must begin with https://. Books never travel without encryption.");
        }

        return new Uri(address.GetLeftPart(UriPartial.Authority));
    }

    private static bool IsThisComputer(Uri address) => address.Host == "localhost" || (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));
}
