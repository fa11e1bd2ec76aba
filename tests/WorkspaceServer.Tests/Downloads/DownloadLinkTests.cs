using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Access.Members;
using WorkspaceServer.Features.Accounts.People;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Downloads;
using WorkspaceServer.Testing;
using WorkspaceServer.Vault.Keys;
using Xunit;

namespace WorkspaceServer.Tests.Downloads;

/// <summary>Links that download one export once: what they open, for how long, for whom, and what does not open anything.</summary>
public sealed partial class DownloadLinkTests(LinkHouse house) : IClassFixture<LinkHouse>
{
    private const string Filter = "?where=party~eq~Ravi%20%26%20Sons&sort=id&dir=desc";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private AccountsServer Accounts => house.Accounts;

    [Fact]
    [Trait("claim", "D46")]
    [Trait("action", nameof(AuditActions.DownloadLinkMade))]
    [Trait("action", nameof(AuditActions.DownloadLinkUsed))]
    public async Task ALinkIsTheExportOnce_AndIsInNoLog()
    {
        var (person, browser) = await house.MemberAsync(Role.Member);
        var own = await browser.GetAsync($"{house.Api}/tables/bills/export{Filter}");
        var link = await LinkHouse.MakeAsync(browser, $"{house.Api}/tables/bills/export/link{Filter}");

        using var first = await Accounts.Server.Http.GetAsync(link, Cancel);
        var second = await house.UseAsync(link);

        Assert.Equal(own.Body, await first.Content.ReadAsStringAsync(Cancel));
        Assert.Equal("\"id\",\"party\"\r\n\"2\",\"Ravi & Sons\"\r\n", own.Body);
        Assert.Equal("no-referrer", first.Headers.GetValues("Referrer-Policy").Single());
        Assert.True(first.Headers.CacheControl!.NoStore);
        Assert.Equal("attachment", first.Content.Headers.ContentDisposition!.DispositionType);
        Assert.False(first.Headers.Contains("Set-Cookie"));
        Assert.Equal((HttpStatusCode.Gone, true), (second.Status, second.Body.Contains("\"link_used\"", StringComparison.Ordinal)));
        var rows = Rows(person);
        Assert.Equal(["table.exported", "download_link.made", "download_link.used", "table.exported"], rows.Select(row => row.Row.Action).Where(action => action != "sign_in.succeeded"));
        Assert.All(rows.TakeLast(3), row => Assert.Equal(house.Workspace.ToString(), row.Row.WorkspaceId));
        var signature = link.Split("signature=")[1];
        Assert.DoesNotContain(signature, string.Join('\n', rows.Select(row => row.Row.Details)), StringComparison.Ordinal);
        Assert.Contains("/export/link", Accounts.Server.Logs.All, StringComparison.Ordinal);
        Assert.DoesNotContain(signature, Accounts.Server.Logs.All, StringComparison.Ordinal);
        Assert.DoesNotContain("Ravi", Accounts.Server.Logs.All, StringComparison.Ordinal);
    }

    /// <summary>Each button of the pages, without script: the page that comes shows the link, and the link is the file.</summary>
    [Theory]
    [Trait("claim", "D46")]
    [InlineData("/w/{0}/tables/bills" + Filter, "tables/bills/export/xlsx/link", "PK")]
    [InlineData("/w/{0}/audit", "audit/export/link", "\"seq\"")]
    [InlineData("/w/{0}/activity", "activity/export/link", "\"time\"")]
    [InlineData("/account/closure", "/account/closure/export/link", "PK")]
    public async Task EveryPageWithAnExportOffersALink(string page, string action, string begins)
    {
        var (_, browser) = await house.MemberAsync();
        page = string.Format(CultureInfo.InvariantCulture, page, house.Workspace);
        var shown = await browser.GetAsync(page);
        var form = Actions().Matches(shown.Body).Select(match => WebUtility.HtmlDecode(match.Groups[1].Value)).Single(each => each.Contains(action, StringComparison.Ordinal));

        var made = await browser.SubmitAsync(form, [], shown.Token);
        var file = await house.UseAsync(new Uri(WebUtility.HtmlDecode(Link().Match(made.Body).Groups[1].Value)).PathAndQuery);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (made.Status, file.Status));
        Assert.StartsWith(begins, file.Body, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.SubmitAsync(form, [], token: null)).Status);
    }

    [Fact]
    [Trait("claim", "D46")]
    public async Task TheCopyOfAPersonsDataIsTheirs_AndCountsAsOneOfThree()
    {
        var (person, browser) = await house.MemberAsync(Role.Viewer);
        var links = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            links.Add(await LinkHouse.MakeAsync(browser, "/api/v1/account/export/link"));
        }

        using var zip = new ZipArchive(new MemoryStream((await house.UseAsync(links[0])).Bytes));
        using var profile = new StreamReader(await zip.GetEntry("profile.json")!.OpenAsync(Cancel));

        Assert.Contains(person.Email, await profile.ReadToEndAsync(Cancel), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await LinkHouse.AskAsync(browser, "/api/v1/account/export/link")).Status);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await LinkHouse.AskAsync(browser, "/api/v1/account/export")).Status);
    }

    [Fact]
    [Trait("claim", "D46")]
    public async Task OfFiftyAtOnce_OneGetsTheFile()
    {
        var (_, browser) = await house.MemberAsync();
        var link = await LinkHouse.MakeAsync(browser, $"{house.Api}/tables/bills/export/link");

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => house.UseAsync(link)));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.Equal(49, answers.Count(answer => answer.Status == HttpStatusCode.Gone));
    }

    [Fact]
    [Trait("claim", "D46")]
    public async Task ALinkWorksUntilItsMinutesAreUp_AndItsRowIsForgotten()
    {
        var (person, browser) = await house.MemberAsync();
        var (early, late) = (await LinkHouse.MakeAsync(browser, $"{house.Api}/tables/bills/export/link"), await LinkHouse.MakeAsync(browser, $"{house.Api}/tables/bills/export/link"));

        Accounts.Clock.Advance(TimeSpan.FromSeconds(5 * 60 - 1));
        Assert.Equal(HttpStatusCode.OK, (await house.UseAsync(early)).Status);
        Accounts.Clock.Advance(TimeSpan.FromSeconds(1));
        foreach (var link in new[] { early, late })
        {
            var over = await house.UseAsync(link);
            Assert.Equal((HttpStatusCode.Gone, true), (over.Status, over.Body.Contains("\"link_expired\"", StringComparison.Ordinal)));
        }

        await LinkHouse.MakeAsync(browser, $"{house.Api}/tables/bills/export/link");
        Assert.Equal(1, CountLinks(person));
    }

    [Theory]
    [Trait("claim", "D46")]
    [InlineData(0, false)]
    [InlineData(DownloadOptions.MinLinkMinutes, true)]
    [InlineData(DownloadOptions.MaxLinkMinutes, true)]
    [InlineData(DownloadOptions.MaxLinkMinutes + 1, false)]
    public void NoLinkLivesLongerThanTenMinutes(int minutes, bool isValid)
    {
        Assert.Equal(isValid, new DownloadOptions.Validator().Validate(new DownloadOptions { LinkMinutes = minutes }).IsValid);
        Assert.Equal((5, 10), (new DownloadOptions().LinkMinutes, DownloadOptions.MaxLinkMinutes));
    }

    [Fact]
    [Trait("claim", "D46")]
    public async Task WhatIsChangedOpensNothing_AndUsesNothingUp()
    {
        var other = Accounts.Server.Workspaces.Create("Other books");
        await house.LoadAsync(other, "bills", [[9L, "zzforeign"]]);
        var (_, browser) = await house.MemberAsync(Role.Owner, other);
        var link = await LinkHouse.MakeAsync(browser, $"{house.Api}/tables/bills/export/link{Filter}");
        var second = await LinkHouse.MakeAsync(browser, $"{house.Api}/audit/export/link");
        var (text, signature) = (link.Split("&signature=")[0], link.Split("&signature=")[1]);
        var expires = Regex.Match(link, "expires=([0-9]+)").Groups[1].Value;
        var later = (long.Parse(expires, CultureInfo.InvariantCulture) + 60).ToString(CultureInfo.InvariantCulture);
        string Signed(string purpose)
        {
            using var key = new MacKey(Accounts.Server.Workspaces.Master, purpose);
            return System.Buffers.Text.Base64Url.EncodeToString(key.Compute(Encoding.UTF8.GetBytes(text)));
        }

        string[] attacks =
        [
            link.Replace("/bills/", "/wages/", StringComparison.Ordinal),
            link.Replace("/export/link", "/export/xlsx/link", StringComparison.Ordinal),
            link.Replace(house.Workspace.ToString(), other.ToString(), StringComparison.Ordinal),
            link.Replace("Ravi", "Nirmal", StringComparison.Ordinal),
            link.Replace("&dir=desc", "", StringComparison.Ordinal),
            link.Replace("?", "?column=id&op=ge&value=0&", StringComparison.Ordinal),
            link.Replace(expires, later, StringComparison.Ordinal),
            link + $"&expires={later}",
            $"{text}&expires={later}&signature={signature}",
            link.Replace("link=" + Regex.Match(link, "link=([0-9a-f]{32})").Groups[1].Value, "link=" + Regex.Match(second, "link=([0-9a-f]{32})").Groups[1].Value, StringComparison.Ordinal),
            $"{text}&signature={second.Split("&signature=")[1]}",
            $"{text}&signature={Signed("another-label")}",
            $"{text}&signature={Signed("download-links")}",
            link[..^1],
            link[..^22],
            link + "A",
            $"{text}&signature=",
            text,
            $"{text}&signature={signature[..^1]}{OtherSpelling(signature[^1])}",
            text.Split('?')[0],
        ];
        foreach (var attack in attacks)
        {
            var answer = await house.UseAsync(attack);
            Assert.True(answer.Status == HttpStatusCode.NotFound && answer.Body.Contains("\"not_found\"", StringComparison.Ordinal), attack);
        }

        // The session of whoever made it opens no more: the address takes links and nothing else. And a link opens no other address.
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync(text)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await house.UseAsync(link.Replace("/export/link", "/export", StringComparison.Ordinal))).Status);
        // It was the change alone.
        Assert.Equal(signature, Signed(DownloadLinks.KeyPurpose));
        Assert.Equal(HttpStatusCode.OK, (await house.UseAsync(link)).Status);
    }

    [Fact]
    [Trait("claim", "D46")]
    public async Task WhoeverMayNoLongerDoIt_HasMadeALinkToNothing()
    {
        var memberships = Accounts.Server.Get<Memberships>();
        var closing = Accounts.Server.Workspaces.Create("Closing");
        await house.LoadAsync(closing, "bills", [[1L, "x"]]);
        (string How, int Status, Action<Person, TestBrowser> Do)[] ways =
        [
            ("permission taken", 403, (person, _) => memberships.ChangeRole(Principal.Operator, house.Workspace, person.Id, Role.Viewer, [])),
            ("suspended", 403, (person, _) => memberships.Suspend(Principal.Operator, house.Workspace, person.Id)),
            ("removed", 404, (person, _) => memberships.Remove(Principal.Operator, house.Workspace, person.Id)),
            ("signed out", 410, (_, browser) => browser.PostAsync("/sign-out", [], page: "/account/sessions").GetAwaiter().GetResult()),
            ("locked out of everything", 410, (person, _) => Accounts.Server.Get<Suspensions>().SuspendAsync(person).GetAwaiter().GetResult()),
            ("workspace closed", 404, (_, _) => Accounts.Server.Workspaces.Lifecycle.Hold(closing, _ => { })),
        ];
        foreach (var (how, status, act) in ways)
        {
            var (person, browser) = await house.MemberAsync(Role.Member, closing);
            var address = how == "workspace closed" ? house.Api.Replace(house.Workspace.ToString(), closing.ToString(), StringComparison.Ordinal) : house.Api;
            var (link, before) = (await LinkHouse.MakeAsync(browser, address + "/tables/bills/export/link"), await LinkHouse.MakeAsync(browser, address + "/tables/bills/export/link"));
            Assert.Equal(HttpStatusCode.OK, (await house.UseAsync(before)).Status);

            act(person, browser);
            Accounts.Server.Workspaces.Changes.Changed();

            Assert.Equal((how, status), (how, (int)(await house.UseAsync(link)).Status));
        }
    }

    [Fact]
    [Trait("claim", "D46")]
    public async Task OnlyWhoMayExportMakesALink_AndNotMoreThanAFew()
    {
        var address = $"{house.Api}/tables/bills/export/link";
        Assert.Equal(HttpStatusCode.Forbidden, (await LinkHouse.AskAsync((await house.MemberAsync(Role.Viewer)).Browser, address)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await LinkHouse.AskAsync((await house.MemberAsync(null)).Browser, address)).Status);
        var (_, browser) = await house.MemberAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await LinkHouse.AskAsync(browser, $"{house.Api}/tables/nothing/export/link")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await LinkHouse.AskAsync(browser, address + "?where=party~nonsense~x")).Status);
        // 80 letters of three bytes are 720 characters of an address each: five such filters fit, six do not.
        string Long(int filters) => string.Concat(Enumerable.Repeat("&where=party~ne~" + string.Concat(Enumerable.Repeat("%E0%A4%95", 80)), filters));
        Assert.Equal(HttpStatusCode.Created, (await LinkHouse.AskAsync(browser, address + "?sort=id" + Long(5))).Status);
        Assert.Contains("too long for a link", (await LinkHouse.AskAsync(browser, address + "?sort=id" + Long(6))).Body, StringComparison.Ordinal);
        string last = "";
        for (var i = 1; i < DownloadLinks.MaxOpen; i++)
        {
            last = await LinkHouse.MakeAsync(browser, address);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await LinkHouse.AskAsync(browser, address)).Status);
        await house.UseAsync(last);
        Assert.Equal(HttpStatusCode.Created, (await LinkHouse.AskAsync(browser, address)).Status);
    }

    /// <summary>Asked for by a request whose session ended while it was under way.</summary>
    [Fact]
    public async Task NoLinkOutlivesASessionThatIsOver()
    {
        var (person, _) = await house.MemberAsync();
        var now = Accounts.Clock.GetUtcNow();

        Assert.Equal(NoDownloadLink.SessionOver, Accounts.Server.Get<DownloadLinkStore>().Add(
            new DownloadLinkRow("0", person.Id, "over", now, now.AddMinutes(5)), DownloadLinks.MaxOpen, new AuditEntry(AuditActions.DownloadLinkMade)));
        Assert.Equal(0, CountLinks(person));
    }

    /// <summary>The last digit of 43 stands for four bits and two that are thrown away: another digit with the same four.</summary>
    private static char OtherSpelling(char digit)
    {
        const string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        return digits[digits.IndexOf(digit, StringComparison.Ordinal) ^ 1];
    }

    private IReadOnlyList<StoredAuditRow> Rows(Person person) =>
        [.. Accounts.Server.Workspaces.AuditRows.Find(new AuditFilter(ActorId: person.Id), 100).Reverse()];

    private long CountLinks(Person person)
    {
        using var connection = Accounts.Server.Workspaces.Control.Open();
        using var command = connection.Command("SELECT count(*) FROM download_link WHERE person_id = @person", ("@person", person.Id));
        return (long)command.ExecuteScalar()!;
    }

    [GeneratedRegex("(?:action|formaction)=\"([^\"]*/link[^\"]*)\"")]
    private static partial Regex Actions();

    [GeneratedRegex("id=\"link\" readonly value=\"([^\"]*)\"")]
    private static partial Regex Link();
}
