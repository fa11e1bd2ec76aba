using Microsoft.Playwright;
using WorkspaceServer.Age;
using WorkspaceServer.Dashboard.Live;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Backups;
using WorkspaceServer.Features.Backups.Copies;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.EndToEnd.Browser;

/// <summary>An owner asks for a copy in the browser, and sees it come while a verb, which shares nothing with the server but its files, makes it.</summary>
[Collection(BrowserCollection.Name)]
public sealed class CopyTests(BrowserFixture browser) : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private readonly AgeIdentity identity = AgeIdentity.Create();
    private AccountsServer house = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        house = await AccountsServer.StartAsync(backup: new Dictionary<string, string?> { ["Backup:Directory"] = folder.File("store"), ["Backup:Recipients:0"] = identity.Recipient.ToString() });
        // A verb goes by the clock of the machine.
        house.Clock.SetUtcNow(TimeProvider.System.GetUtcNow());
        var asha = await house.AddAsync();
        using (var connection = house.Server.Workspaces.Control.Open())
        {
            MembershipStore.Add(connection, house.Server.Workspace, asha.Id, Role.Owner, house.Clock.GetUtcNow());
        }

        house.Server.Workspaces.Changes.Changed();
        await house.Server.Get<BackupRunner>().RunAsync(null, Cancel);
        await File.WriteAllTextAsync(folder.File("backup.key"), new string(identity.ToText()), Cancel);
        File.SetUnixFileMode(folder.File("backup.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    public async ValueTask DisposeAsync()
    {
        await house.DisposeAsync();
        identity.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task AnOwnerAsksForACopy_AndSeesItCome()
    {
        await using var window = await browser.OpenAsync(390, at: house.Server);
        var page = window.Page;
        await page.GotoAsync($"/w/{house.Server.Workspace}/backups");
        await page.Locator("#email").FillAsync("asha@example.in");
        await page.Locator("#password").FillAsync(AccountsServer.Password);
        await page.Keyboard.PressAsync("Enter");
        await page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Ask for a copy" }).ClickAsync();
        await page.Locator("#name").FillAsync("Books of then");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Ask for it" }).ClickAsync();
        await page.GetByText("It waits for whoever runs the server.").WaitForAsync();
        await page.EvaluateAsync("document.body.dataset.same = 'yes'");
        var requests = house.Server.Get<RestoreRequestStore>();
        var id = requests.Newest(house.Server.Workspace)!.Id;

        Assert.True(requests.Start(id, house.Clock.GetUtcNow()));
        await SeesAsync(page, page.GetByText("It is being restored."));
        var made = await ProgramRun.HereAsync(
        [
            "--set", $"Vault:DataDirectory={house.Server.Workspaces.Folder.Path}", "--set", $"Vault:MasterKeyFile={house.Server.Workspaces.MasterKeyFile}",
            "--set", $"Backup:Directory={folder.File("store")}", "--set", $"Backup:Recipients:0={identity.Recipient}", "restore", "--request", id, "--identity", folder.File("backup.key"),
        ]);
        Assert.True(made.ExitCode == 0, made.Error);
        var open = page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Open it" });
        await SeesAsync(page, open);

        Assert.True(await page.EvaluateAsync<bool>("document.body.dataset.same === 'yes'"));
        await window.AssertSoundAsync("the page with the copy");
        await open.ClickAsync();
        await page.GetByText("Books of then").First.WaitForAsync();
        Assert.EndsWith($"/w/{requests.Find(id)!.Copy}", page.Url, StringComparison.Ordinal);
    }

    /// <summary>Streams look by the clock of the server, which stands still by itself.</summary>
    private async Task SeesAsync(IPage page, ILocator what)
    {
        var seen = what.WaitForAsync();
        while (!seen.IsCompleted)
        {
            house.Clock.Advance(LiveStreams.CheckEvery);
            await page.EvaluateAsync("new Promise(requestAnimationFrame)");
        }

        await seen;
    }
}
