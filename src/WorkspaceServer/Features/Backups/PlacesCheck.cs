using WorkspaceServer.Hosting;
using WorkspaceServer.Hosting.Checks;
using WorkspaceServer.Workspaces;

namespace WorkspaceServer.Features.Backups;

/// <summary>Where every byte is kept, for whoever must say so: data, keys, backups, logs.</summary>
internal sealed class PlacesCheck(BackupOptions options, ResidencyOptions residency, VaultOptions vault) : ICheck
{
    /// <summary>Where journald keeps what services print, once it keeps it over a restart of the machine.</summary>
    private const string Journal = "/var/log/journal";

    public Task<IReadOnlyList<Finding>> LookAsync(CheckRequest request, CancellationToken cancel)
    {
        var here = residency.Place is { } place ? $"on this machine in {place}" : "on this machine, whose country Residency:Country does not say";
        return Task.FromResult<IReadOnlyList<Finding>>(
        [
            Finding.Ok($"data and mails that were not sent: {vault.DataDirectory}, {here}", vault.DataDirectory),
            Finding.Ok($"master key: {vault.MasterKeyFile}, {here}", vault.MasterKeyFile),
            options.IsOn ? Finding.Ok($"backups: {options.Place}", "Backup") : Finding.Ok("backups: none", "Backup"),
            Finding.Ok($"logs: on standard output, which journald keeps in {Journal}, {here}; nginx's own in /var/log/nginx", Journal),
            Finding.Ok(residency.AllowedCountries.Length == 0 ? "any country is allowed: Residency:AllowedCountries is empty" : $"nothing is kept outside of {string.Join(", ", residency.AllowedCountries)}", "Residency:AllowedCountries"),
        ]);
    }
}
