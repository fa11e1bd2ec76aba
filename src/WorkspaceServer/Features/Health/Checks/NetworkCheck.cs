using System.Net;
using WorkspaceServer.Hosting.Checks;

namespace WorkspaceServer.Features.Health.Checks;

/// <summary>The unit keeps the server off the networks around it, and still lets it reach what looks up names for this machine.</summary>
internal sealed class NetworkCheck(HostPrograms programs, string resolversFile = "/etc/resolv.conf") : ICheck
{
    private const string Unit = "workspace-server.service";
    private const string DropIn = "/etc/systemd/system/workspace-server.service.d/network.conf";
    private const string Again = "systemctl daemon-reload && systemctl restart workspace-server";

    public async Task<IReadOnlyList<Finding>> LookAsync(CheckRequest request, CancellationToken cancel)
    {
        if (await programs.AskAsync("systemctl", ["show", Unit, "--property=IPAddressAllow,IPAddressDeny"], cancel) is not { ExitCode: 0 } answer)
        {
            return [Finding.Warn("systemd does not run this machine, so nothing says what the server may reach.", Unit, "limit it by hand, in the network of its container")];
        }

        var (denied, allowed) = (Networks(answer.Text, "IPAddressDeny="), Networks(answer.Text, "IPAddressAllow="));
        if (denied.Length == 0)
        {
            return [Finding.Fail("The server may reach every machine of the networks around it.", Unit, $"see with systemctl cat {Unit} what replaces the unit of the package, and remove it; then: {Again}")];
        }

        var shutOut = Resolvers().FirstOrDefault(each => denied.Any(network => network.Contains(each)) && !allowed.Any(network => network.Contains(each)));
        return [shutOut is null
            ? Finding.Ok("the networks around this machine are shut, its resolvers of names are not", Unit)
            : Finding.Fail($"The server cannot reach {shutOut}, which looks up names for this machine: mail, stores and sign-in providers are not found.", DropIn, $"put the lines [Service] and IPAddressAllow={shutOut} into it; then: {Again}")];
    }

    private static IPNetwork[] Networks(string text, string property) =>
    [
        .. text.Split('\n').Where(line => line.StartsWith(property, StringComparison.Ordinal)).SelectMany(line => line[property.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(Network).OfType<IPNetwork>(),
    ];

    private static IPNetwork? Network(string text) =>
        IPNetwork.TryParse(text, out var network) ? network
        : IPAddress.TryParse(text, out var one) ? new IPNetwork(one, one.GetAddressBytes().Length * 8)
        : null;

    private IEnumerable<IPAddress> Resolvers() => !File.Exists(resolversFile) ? [] : File.ReadLines(resolversFile)
        .Select(line => line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
        .Where(words => words is ["nameserver", _, ..])
        // Without the interface after an address of the link.
        .Select(words => IPAddress.TryParse(words[1].Split('%')[0], out var address) ? address : null).OfType<IPAddress>();
}
