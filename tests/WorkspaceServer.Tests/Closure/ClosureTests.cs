using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Accounts.Sessions;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Closure;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using WorkspaceServer.Workspaces;
using Xunit;

namespace WorkspaceServer.Tests.Closure;

/// <summary>Somebody takes a copy of what is kept about them, and leaves.</summary>
public sealed class ClosureTests : IAsyncLifetime
{
    private const string Export = "/account/closure/export";
    private const string Page = "/account/closure";
    private const string OperatorPage = "/operator/closures";

    /// <summary>Every trace of the other person: in their address, their name, what their browser calls itself and where they are.</summary>
    private const string Canary = "zzcanary";

    private AccountsServer house = null!;
    private Person asha = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        house = await AccountsServer.StartAsync();
        asha = await house.AddAsync();
    }

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Fact]
    [Trait("claim", "A86")]
    [Trait("action", nameof(AuditActions.PersonDataExported))]
    public async Task TheCopyIsWhole_AndHasNothingOfAnybodyElse()
    {
        var other = Person.New($"{Canary}@other.example", $"{Canary} Kulkarni", SystemRole.User, house.Clock.GetUtcNow());
        house.Server.Get<PeopleStore>().Add(other);
        Join(house.Server.Workspace, other, Role.Owner);
        Join(house.Server.Workspace, asha, Role.Member);
        house.Server.Get<SessionKeeper>().Start(other, hasMfa: false, "198.51.100.99", $"{Canary}/1.0");
        var audit = house.Server.Get<AuditLog>();
        var byOther = new AuditActor("person", other.Id, other.Name);
        await audit.RecordAsync(new AuditEntry(AuditActions.MemberRoleChanged) { Actor = byOther, Target = ("person", asha.Id), Details = [("role", "member"), ("note", Canary)] });
        await audit.RecordAsync(new AuditEntry(AuditActions.MemberInvited) { Actor = byOther, Target = ("invitation", Canary), Details = [("role", "viewer")] });
        await audit.RecordAsync(new AuditEntry(AuditActions.InvitationAccepted) { Actor = new AuditActor("person", asha.Id, asha.Name), Target = ("person", other.Id), Details = [("person", other.Id), ("role", "=1+1")] });
        var browser = await house.SignInAsync();
        browser.Cookies["other"] = "=HYPERLINK(1)";

        var answer = await browser.PostAsync(Export, [], page: Page);
        var files = Files(answer.Bytes);
        var everything = string.Join('\n', files.Values.Select(Encoding.UTF8.GetString));

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.DoesNotContain(Canary, everything, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(other.Id, everything, StringComparison.Ordinal);
        Assert.DoesNotContain("198.51.100.99", everything, StringComparison.Ordinal);
        Assert.DoesNotContain("argon2", everything, StringComparison.OrdinalIgnoreCase);
        AssertManifest(files);
        Assert.Equal(asha.Email, Rows(files, "profile")[0].GetProperty("email").GetString());
        Assert.Equal(("member", house.Server.Workspace.ToString()), (Rows(files, "memberships")[0].GetProperty("role").GetString(), Rows(files, "memberships")[0].GetProperty("workspace_id").GetString()));
        Assert.Equal(TestBrowser.UserAgent, Rows(files, "sessions")[0].GetProperty("user_agent").GetString());
        var rows = Rows(files, "audit");
        Assert.Contains(rows, row => row.GetProperty("action").GetString() == "member.role_changed" && row.GetProperty("by").GetString() == "somebody else");
        Assert.Equal("person.data_exported", rows[^1].GetProperty("action").GetString());
        Assert.All(rows.Where(row => row.GetProperty("by").GetString() != "you"), row => Assert.Equal(JsonValueKind.Null, row.GetProperty("address").ValueKind));
        Assert.Equal(rows.Length + 1, Encoding.UTF8.GetString(files["audit.csv"]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal("A copy of your data was downloaded from Workspace Server", (await house.Mails.NextAsync(Cancel)).Subject);
    }

    /// <summary>Whoever adds a table about people decides whether it is in the copy.</summary>
    [Fact]
    [Trait("claim", "A86")]
    public void EveryTableAboutPeopleIsInTheCopy_OrSaysWhyNot()
    {
        // Not in the copy: hashes and sealed secrets, what is under way for minutes, and what is of a workspace rather than of whoever did it, which the audit log says.
        string[] left = ["one_time_link", "download_link", "phone_code", "phone_message", "backup_code_set", "passkey_challenge", "access_review"];
        using var connection = house.Server.Workspaces.Control.Open();
        using var command = connection.Command(
            """
            SELECT DISTINCT master.name FROM sqlite_schema AS master JOIN pragma_foreign_key_list(master.name) AS link ON link."table" = 'person' WHERE master.type = 'table'
            """);
        using var reader = command.ExecuteReader();
        var tables = new List<string>();
        while (reader.Read())
        {
            tables.Add(reader.GetString(0));
        }

        var sql = string.Join('\n', PersonalDataStore.Sections.Select(section => section.Sql));
        Assert.Contains("passkey", tables);
        Assert.Equal(left.Order(), tables.Where(table => !System.Text.RegularExpressions.Regex.IsMatch(sql, $"(FROM|JOIN) {table}\\b")).Order());
    }

    [Fact]
    [Trait("claim", "A86")]
    public async Task WhatASpreadsheetWouldRunIsText_AndBothRowsOfTheLogAreTheSame()
    {
        var name = "=HYPERLINK(\"http://evil.example\")\n,\"x\"";
        using (var connection = house.Server.Workspaces.Control.Open())
        {
            connection.Execute("UPDATE person SET name = @name WHERE id = @id", ("@name", name), ("@id", asha.Id));
        }

        var audit = house.Server.Get<AuditLog>();
        for (var i = 0; i < 501; i++)
        {
            // One more than a page of the walk, so that the second page is asked for.
            _ = audit.RecordAsync(new AuditEntry(AuditActions.QuestionSaved) { Actor = new AuditActor("person", asha.Id, "Asha"), Target = ("question", $"{i}") });
        }

        var browser = await house.SignInAsync();
        var files = Files((await browser.PostAsync(Export, [], page: Page)).Bytes);

        Assert.Contains("\"'=HYPERLINK(\"\"http", Encoding.UTF8.GetString(files["profile.csv"]), StringComparison.Ordinal);
        Assert.Equal(name, Rows(files, "profile")[0].GetProperty("name").GetString());
        Assert.Equal(501, Rows(files, "audit").Count(row => row.GetProperty("action").GetString() == "question.saved"));
        AssertManifest(files);
    }

    [Fact]
    [Trait("claim", "A88")]
    [Trait("claim", "E14")]
    public async Task TheFourthWithinAnHourIsRefused_OfThisPersonAlone()
    {
        await house.AddAsync("devika@rao.example");
        var (home, elsewhere, devika) = (await house.SignInAsync(), await house.SignInAsync(address: "203.0.113.77"), await house.SignInAsync("devika@rao.example"));
        var token = (await elsewhere.GetAsync(Page)).Token;
        Assert.Equal(HttpStatusCode.OK, (await home.PostAsync(Export, [], page: Page)).Status);
        house.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(HttpStatusCode.OK, (await elsewhere.SubmitAsync(Export, [], token)).Status);
        Assert.Equal(HttpStatusCode.OK, (await home.PostAsync("/api/v1/account/export", [], page: Page)).Status);

        var fourth = await elsewhere.SubmitAsync(Export, [], token);

        Assert.Equal(HttpStatusCode.TooManyRequests, fourth.Status);
        Assert.InRange(fourth.RetryAfter!.Value.TotalMinutes, 49, 57); // 60 less 10, and up to a tenth of the window more
        Assert.Equal(HttpStatusCode.TooManyRequests, (await home.PostAsync("/api/v1/account/export", [], page: Page)).Status);
        Assert.Equal(HttpStatusCode.OK, (await devika.PostAsync(Export, [], page: Page)).Status);
    }

    [Fact]
    [Trait("claim", "A89")]
    [Trait("action", nameof(AuditActions.ClosureAsked))]
    [Trait("action", nameof(AuditActions.ClosureCalledOff))]
    public async Task AskingNeedsAFreshProof_IsToldByMail_AndCanBeCalledOff()
    {
        var super = await SuperAsync();
        var browser = await house.SignInAsync();
        house.Clock.Advance(TimeSpan.FromMinutes(16));
        Assert.StartsWith("/step-up", (await browser.PostAsync(Page, [])).Location, StringComparison.Ordinal);
        Assert.Null(house.Server.Get<Closures>().StateOf(asha.Id).Open);

        browser = await house.SignInAsync();
        Assert.Equal(Page, (await browser.PostAsync(Page, [])).Location);
        Assert.Equal(Page, (await browser.PostAsync(Page, [])).Location);
        var mails = new[] { await house.Mails.NextAsync(Cancel), await house.Mails.NextAsync(Cancel) }.ToDictionary(mail => mail.To.Mailboxes.Single().Address);
        Assert.Contains("call it off", mails[asha.Email].TextBody, StringComparison.Ordinal);
        Assert.DoesNotContain(asha.Email, mails["devika@rao.example"].TextBody, StringComparison.Ordinal);
        Assert.Contains("You asked for it on", (await browser.GetAsync(Page)).Body, StringComparison.Ordinal);
        Assert.Contains(asha.Email, (await super.GetAsync(OperatorPage)).Body, StringComparison.Ordinal);
        Assert.Contains(asha.Email, (await super.GetAsync("/api/v1/admin/closures")).Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.GetAsync(OperatorPage)).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await browser.PostAsync("/api/v1/account/closure", [], page: Page)).Status);

        Assert.Equal(Page, (await browser.PostAsync("/account/closure/call-off", [], page: Page)).Location);
        Assert.Equal("Your account at Workspace Server stays", (await house.Mails.NextAsync(Cancel)).Subject);
        Assert.DoesNotContain(asha.Email, (await super.GetAsync(OperatorPage)).Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.PostAsync("/api/v1/account/closure/call-off", [], page: Page)).Status);
        Assert.Equal(HttpStatusCode.Created, (await browser.PostAsync("/api/v1/account/closure", [], page: Page)).Status);
        foreach (var (action, times) in new[] { (AuditActions.ClosureAsked, 2), (AuditActions.ClosureCalledOff, 1) })
        {
            Assert.Equal(times, house.Server.Workspaces.AuditRows.Find(new AuditFilter(Action: action), 10).Count(row => row.Row.TargetId == asha.Id));
        }
    }

    [Fact]
    [Trait("claim", "A89")]
    public async Task WhoMustHandOverFirstIsTold_AndNothingIsAsked()
    {
        var other = await house.AddAsync("devika@rao.example");
        Join(house.Server.Workspace, asha, Role.Owner);
        Join(house.Server.Workspace, other, Role.Member);
        var browser = await house.SignInAsync();

        var refused = await browser.PostAsync(Page, []);

        Assert.Equal(HttpStatusCode.Conflict, refused.Status);
        Assert.Contains($"/w/{house.Server.Workspace}/team", refused.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("Ask to close my account", refused.Body, StringComparison.Ordinal);
        Assert.Empty(house.Server.Get<ClosureStore>().ListOpen(null, 10));
    }

    [Fact]
    [Trait("claim", "A90")]
    [Trait("action", nameof(AuditActions.PersonClosed))]
    public async Task ApprovalTakesAllThreeTicks_AndDoesAllAtOnce()
    {
        var other = await house.AddAsync("devika2@rao.example");
        var shared = house.Server.Workspace;
        Join(shared, other, Role.Owner);
        Join(shared, asha, Role.Member);
        var own = house.Server.Workspaces.Create("Asha alone");
        Join(own, asha, Role.Owner);
        var browser = await house.SignInAsync();
        Assert.Contains("One workspace goes with it", (await browser.GetAsync(Page)).Body, StringComparison.Ordinal);
        await browser.PostAsync(Page, []);
        var super = await SuperAsync();
        var id = house.Server.Get<ClosureStore>().FindOpenOf(asha.Id)!.Id;
        (string, string)[] ticks = [("closure", id), ("subscription", "true"), ("identity", "true"), ("provider", "true")];

        foreach (var missing in (string[])["subscription", "identity", "provider"])
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await super.PostAsync(OperatorPage + "/approve", ticks.Where(tick => tick.Item1 != missing), page: OperatorPage)).Status);
        }

        Assert.Equal(HttpStatusCode.Forbidden, (await browser.PostAsync(OperatorPage + "/approve", ticks, page: Page)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await super.PostAsync(OperatorPage + "/approve", [("closure", "' OR 1=1"), .. ticks[1..]], page: OperatorPage)).Status);
        Assert.Throws<ProblemException>(() => house.Server.Get<Closures>().Approve(id, new ClosureChecklist(true, true, true), asha.Id));
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync($"/w/{shared}")).Status);

        Assert.Equal(OperatorPage, (await super.PostAsync(OperatorPage + "/approve", ticks, page: OperatorPage)).Location);

        Assert.StartsWith("/sign-in", (await browser.GetAsync(Page)).Location, StringComparison.Ordinal);
        Assert.Null(house.Server.Get<WorkspaceStore>().Find(own));
        Assert.NotNull(house.Server.Get<WorkspaceStore>().FindKept(own)!.HeldUntil);
        Assert.NotNull(house.Server.Get<WorkspaceStore>().Find(shared));
        Assert.Empty(house.Server.Get<MembershipStore>().ListOf(asha.Id));
        var row = Assert.Single(house.Server.Workspaces.AuditRows.Find(new AuditFilter(Action: AuditActions.PersonClosed), 10)).Row;
        Assert.Equal(asha.Id, row.TargetId);
        Assert.Contains("\"workspaces_on_hold\":1", row.Details, StringComparison.Ordinal);
        // Who they are stays, without anything (ruling X3).
        var again = await house.SignInAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await again.GetAsync($"/w/{shared}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await super.PostAsync(OperatorPage + "/approve", ticks, page: OperatorPage)).Status);
    }

    [Fact]
    public void TheWalkThroughOnesOwnRowsUsesItsIndexes()
    {
        using var connection = house.Server.Workspaces.Control.Open();
        using var command = connection.Command("EXPLAIN QUERY PLAN " + AuditStore.OnwardOfPerson, ("@person", asha.Id), ("@after", 0), ("@through", 10), ("@limit", 5));
        using var rows = command.ExecuteReader();
        var plan = new List<string>();
        while (rows.Read())
        {
            plan.Add(rows.GetString(3));
        }

        Assert.Contains(plan, line => line.Contains("audit_by_actor", StringComparison.Ordinal));
        Assert.Contains(plan, line => line.Contains("audit_by_person", StringComparison.Ordinal));
    }

    private static Dictionary<string, byte[]> Files(byte[] zip)
    {
        using var archive = new ZipArchive(new MemoryStream(zip));
        return archive.Entries.ToDictionary(entry => entry.FullName, entry =>
        {
            using var stream = entry.Open();
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            return copy.ToArray();
        });
    }

    private static JsonElement[] Rows(Dictionary<string, byte[]> files, string name) => [.. JsonElement.Parse(files[name + ".json"]).EnumerateArray()];

    private static void AssertManifest(Dictionary<string, byte[]> files)
    {
        var listed = JsonElement.Parse(files["manifest.json"]).GetProperty("files").EnumerateArray().ToDictionary(file => file.GetProperty("name").GetString()!);
        Assert.Equal(files.Keys.Where(name => name != "manifest.json").Order(), listed.Keys.Order());
        Assert.All(listed, file =>
        {
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(files[file.Key])), file.Value.GetProperty("sha256").GetString());
            Assert.Equal(files[file.Key].Length, file.Value.GetProperty("bytes").GetInt64());
            Assert.Equal(Rows(files, file.Key.Split('.')[0]).Length, file.Value.GetProperty("rows").GetInt64());
        });
        Assert.All((string[])["profile", "memberships", "sessions", "tokens", "consents", "audit"], name => Assert.True(files.ContainsKey(name + ".json") && files.ContainsKey(name + ".csv")));
    }

    private void Join(Vault.WorkspaceId workspace, Person person, Role role)
    {
        using (var connection = house.Server.Workspaces.Control.Open())
        {
            MembershipStore.Add(connection, workspace, person.Id, role, house.Clock.GetUtcNow());
        }

        house.Server.Workspaces.Changes.Changed();
    }

    private async Task<TestBrowser> SuperAsync()
    {
        var (key, _) = await house.EnrolAsync(await house.AddAsync("devika@rao.example", SystemRole.SuperAdmin));
        return await house.SignInAsync(key, "devika@rao.example");
    }
}
