using System.Text;
using WorkspaceServer.Features.Accounts.Passwords;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault.Passwords;
using Xunit;

namespace WorkspaceServer.Tests.Accounts;

/// <summary>What people type and what is made for them is found nowhere afterwards: not in the files, not in the database, not in the log.</summary>
public sealed class SecretsAtRestTests
{
    private const string Canary = "canary 7f3a9 beneath the lamp";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("claim", "A6")]
    [Trait("claim", "A7")]
    [Trait("claim", "A33")]
    [Trait("claim", "B15")]
    public async Task NoSecretIsLeftBehind()
    {
        await using var accounts = await AccountsServer.StartAsync();
        var person = await accounts.AddAsync(password: Canary);
        var (key, codes) = await accounts.EnrolAsync(person);
        var browser = accounts.Browser();
        await browser.PostAsync("/sign-in", [("email", "asha@example.in"), ("password", Canary)]);
        var pending = browser.Cookies["second-factor"];
        await browser.PostAsync("/sign-in/code", [("code", codes[0])]);
        await browser.PostAsync("/sign-in", [("email", Canary), ("password", Canary)]);
        await browser.PostAsync("/sign-in", [("email", "canary@example.in"), ("password", Canary)]);
        Assert.Equal("/account/sessions", (await browser.PostAsync("/account/password", [("current_password", Canary), ("new_password", Canary + "!")])).Location);
        await accounts.Mails.NextAsync(Cancel);
        var asks = accounts.Browser();
        await asks.PostAsync("/sign-in/link", [("email", "asha@example.in")], page: "/sign-in");
        var link = await accounts.Mails.NextLinkAsync(Cancel);

        string[] secrets = [Canary, codes[0], codes[1], codes[1].Replace("-", "", StringComparison.Ordinal), pending, browser.Cookies["session"], asks.Cookies["browser"], link.Query.Split('=')[1]];
        var places = Dump(accounts.Server.Workspaces).Append(accounts.Server.Logs.All).ToArray();
        // The forbidden thing, planted: the search finds what is there.
        Assert.Contains(places, place => place.Contains("asha@example.in", StringComparison.Ordinal));
        Assert.All(places, place => Assert.DoesNotContain(secrets, secret => place.Contains(secret, StringComparison.Ordinal)));
        Assert.All(places, place => Assert.DoesNotContain(Convert.ToHexString(key), place, StringComparison.Ordinal));
        Assert.NotNull(Argon2.CostOf(accounts.Server.Get<CredentialStore>().Find(person.Id)!));
    }

    /// <summary>Every cell of the control database, and every file as it lies on the disk.</summary>
    private static IEnumerable<string> Dump(TemporaryWorkspaces workspaces)
    {
        var cells = new StringBuilder();
        using var connection = workspaces.Control.Open();
        var tables = new List<string>();
        using (var command = connection.Command("SELECT name FROM sqlite_schema WHERE type = 'table'"))
        using (var rows = command.ExecuteReader())
        {
            while (rows.Read())
            {
                tables.Add(rows.GetString(0));
            }
        }

        foreach (var table in tables)
        {
            using var command = connection.Command($"SELECT * FROM \"{table}\"");
            using var rows = command.ExecuteReader();
            while (rows.Read())
            {
                for (var i = 0; i < rows.FieldCount; i++)
                {
                    cells.Append(rows.GetValue(i) is byte[] bytes ? Convert.ToHexString(bytes) + Encoding.Latin1.GetString(bytes) : rows.GetValue(i)).Append('\n');
                }
            }
        }

        return Directory.EnumerateFiles(workspaces.Folder.Path, "*", SearchOption.AllDirectories)
            .Select(file => Encoding.Latin1.GetString(File.ReadAllBytes(file))).Append(cells.ToString());
    }
}
