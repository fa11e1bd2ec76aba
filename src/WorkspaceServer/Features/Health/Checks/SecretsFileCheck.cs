using WorkspaceServer.Hosting;
using WorkspaceServer.Hosting.Checks;
using WorkspaceServer.Vault.Databases;

namespace WorkspaceServer.Features.Health.Checks;

/// <summary>server.env is for its owner alone. (Other modes stop every verb before it comes here.)</summary>
internal sealed class SecretsFileCheck(SettingsFiles files) : QuickCheck
{
    private const uint Root = 0;

    protected override Finding Look(CheckRequest request)
    {
        if (FileStatus.Read(files.Secrets) is not { } status)
        {
            return Finding.Ok("there is none, so no setting is secret", files.Secrets);
        }

        // systemd reads it as root before it starts the service.
        return status.UserId == FileStatus.CurrentUserId || status.UserId == Root
            ? Finding.Ok("for its owner alone", files.Secrets)
            : Finding.Fail("It belongs to another user, who can read and change the server's secrets.", files.Secrets, $"chown $(id -u) {files.Secrets}");
    }
}
