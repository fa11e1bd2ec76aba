using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ModelContextProtocol.Protocol;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Features.Proposals;
using WorkspaceServer.Features.Tables.Console;
using WorkspaceServer.Hosting;
using WorkspaceServer.Testing;
using Xunit;
using Role = WorkspaceServer.Features.Access.Role;

namespace WorkspaceServer.Tests.Mcp;

/// <summary>What an AI client proposes is done by a person or not at all: who may propose, who may say yes, how often and how long.</summary>
public sealed class ProposalsTests : IAsyncLifetime
{
    private const string Scope = "tables:read actions:propose";
    private const string Sql = "SELECT city, count(*) FROM parties GROUP BY city";

    private OAuthHouse house = null!;
    private string home = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private IReadOnlyList<SavedQuestion> Saved => house.Server.Get<QuestionStore>().ListSaved(house.Server.Workspace);

    private IReadOnlyList<Proposal> Proposals => house.Server.Get<ProposalStore>().List(house.Server.Workspace, after: null, 100, house.Accounts.Clock.GetUtcNow());

    public async ValueTask InitializeAsync()
    {
        house = await OAuthHouse.StartAsync();
        home = $"/w/{house.Workspace}";
        await SmallBooks.LoadAsync(house.Server.Workspaces, house.Server.Workspace, Cancel);
    }

    public ValueTask DisposeAsync() => house.DisposeAsync();

    [Fact]
    [Trait("claim", "C33")]
    [Trait("claim", "C43")]
    [Trait("action", nameof(AuditActions.ProposalMade))]
    [Trait("action", nameof(AuditActions.ProposalAccepted))]
    public async Task NothingIsSavedUntilAPersonAcceptsIt_AndTheClientLearnsTheAnswer()
    {
        var client = await house.ConnectAsync(Scope);
        var pending = await ProposeAsync(client.Access, "Parties by <city>?", reason: "You ask this every month.");
        Assert.Equal("pending", pending.GetProperty("state").GetString());
        Assert.Empty(Saved);

        var overview = await house.Browser.GetAsync(home);
        var page = await house.Browser.GetAsync(new Uri(pending.GetProperty("url").GetString()!).PathAndQuery);
        Assert.Contains("proposes a question to save", overview.Body, StringComparison.Ordinal);
        Assert.Contains("Parties by &lt;city&gt;?", page.Body, StringComparison.Ordinal);
        Assert.Contains(Sql, page.Body, StringComparison.Ordinal);
        Assert.Contains("You ask this every month.", page.Body, StringComparison.Ordinal);
        Assert.Contains("Claude", page.Body, StringComparison.Ordinal);

        var accepted = await DecideAsync("accept", Id(pending), "Parties by city");
        var saved = Assert.Single(Saved);
        Assert.Equal((HttpStatusCode.SeeOther, $"{home}/sql?saved={saved.Id}"), (accepted.Status, accepted.Location));
        Assert.Equal(("Parties by city", Sql, house.Owner), (saved.Name, saved.Sql, saved.SavedBy));
        var again = await ProposeAsync(client.Access, "Parties by <city>?");
        Assert.Equal((Id(pending), "accepted"), (Id(again), again.GetProperty("state").GetString()));
        Assert.Contains("Saved by Asha", (await house.Browser.GetAsync(home + "/proposals")).Body, StringComparison.Ordinal);
        Assert.Equal(
            [AuditActions.ProposalAccepted, AuditActions.ProposalMade],
            house.Server.Get<AuditStore>().Find(new AuditFilter(), 100).Where(row => row.Row.TargetKind == "proposal").Select(row => row.Row.Action));
    }

    [Fact]
    [Trait("action", nameof(AuditActions.ProposalDeclined))]
    public async Task WhatIsDeclinedIsNotAskedAgain()
    {
        var client = await house.ConnectAsync(Scope);
        var pending = await ProposeAsync(client.Access, "Parties by city?");
        Assert.Equal(HttpStatusCode.SeeOther, (await DecideAsync("decline", Id(pending), "Parties by city?")).Status);

        Assert.Equal("declined", (await ProposeAsync(client.Access, "Parties by city?")).GetProperty("state").GetString());
        Assert.Empty(Saved);
        Assert.Single(Proposals);
        Assert.Equal(HttpStatusCode.Conflict, (await DecideAsync("accept", Id(pending), "Parties by city?")).Status);
        Assert.Empty(Saved);
        Assert.Single(house.Server.Get<AuditStore>().Find(new AuditFilter(Action: AuditActions.ProposalDeclined), 10));
    }

    /// <summary>A tool that does more than read answers that a person must decide.</summary>
    [Fact]
    [Trait("claim", "C33")]
    public async Task EveryToolThatDoesMoreThanReadAnswersPending()
    {
        await using var client = await McpClients.ConnectAsync(house.Server, house.Server.Token(["tables:read", "search", "actions:propose"]), Cancel);
        var tools = (await client.ListToolsAsync(new ListToolsRequestParams(), Cancel)).Tools;

        Assert.Equal(7, tools.Count);
        var tool = Assert.Single(tools, tool => tool.Annotations!.ReadOnlyHint != true);
        Assert.Contains("pending", tool.OutputSchema!.Value.GetProperty("properties").GetProperty("state").GetProperty("enum").EnumerateArray().Select(state => state.GetString()));
        var answer = await client.CallAsync(tool.Name, JsonSerializer.Serialize(new { name = "x", sql = Sql }), Cancel);
        Assert.Equal("pending", answer.StructuredContent!.Value.GetProperty("state").GetString());
        Assert.Empty(Saved);
    }

    [Fact]
    [Trait("claim", "C33")]
    public async Task ATokenAnswersNothing_NorDoesAViewerOrAStrangerOrAnotherSite()
    {
        var client = await house.ConnectAsync(Scope);
        var id = Id(await ProposeAsync(client.Access, "Parties by city?"));
        var accept = $"/api/v1/workspaces/{house.Workspace}/proposals/{id}/accept";
        var viewer = await PersonAsync("viewer@example.in", Role.Viewer);
        var stranger = await PersonAsync("stranger@example.in", null);

        using var body = JsonContent.Create(new { });
        using var byToken = await house.Server.SendAsync(HttpMethod.Post, accept, client.Access, body);
        Assert.Equal(HttpStatusCode.Unauthorized, byToken.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.PostAsync(home + "/proposals/accept", Form(id), page: home)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.PostAsync(home + "/proposals/accept", Form(id), page: "/account")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await house.Browser.SubmitAsync(home + "/proposals/accept", Form(id), token: null)).Status);
        Assert.Empty(Saved);
        Assert.Equal(ProposalState.Pending, Assert.Single(Proposals).StateAt(house.Accounts.Clock.GetUtcNow()));
    }

    [Fact]
    [Trait("claim", "C33")]
    public async Task ItWaitsTenMinutes_NotASecondLonger()
    {
        var client = await house.ConnectAsync(Scope);
        var first = Id(await ProposeAsync(client.Access, "First"));
        var second = Id(await ProposeAsync(client.Access, "Second"));
        house.Accounts.Clock.Advance(TimeSpan.FromSeconds(599));
        Assert.Equal(HttpStatusCode.SeeOther, (await DecideAsync("accept", first, "First")).Status);

        house.Accounts.Clock.Advance(TimeSpan.FromSeconds(1));
        var late = await DecideAsync("accept", second, "Second");
        Assert.Equal(HttpStatusCode.Conflict, late.Status);
        Assert.Contains("nobody answered within 10 minutes", late.Body, StringComparison.Ordinal);
        Assert.Contains("Nobody answered", late.Body, StringComparison.Ordinal);
        Assert.Equal(["First"], Saved.Select(saved => saved.Name));
        Assert.NotEqual(second, Id(await ProposeAsync(client.Access, "Second")));
    }

    /// <summary>What a client that was cut off left behind cannot be accepted any more, on the page or by a program; a pause and a stop end, and then it waits on.</summary>
    [Theory]
    [Trait("claim", "C33")]
    [InlineData("revoked", false)]
    [InlineData("paused", true)]
    [InlineData("narrowed", false)]
    [InlineData("stopped", true)]
    [InlineData("member suspended", true)]
    public async Task OfAClientThatWasCutOffNothingIsAccepted(string how, bool goesOn)
    {
        var client = await house.ConnectAsync(Scope);
        var id = Id(await ProposeAsync(client.Access, "Parties by city?"));
        Assert.Contains("proposes a question to save", (await house.Browser.GetAsync(home)).Body, StringComparison.Ordinal);

        await CutOffAsync(how, isBack: false);
        Assert.DoesNotContain("Save it as", (await house.Browser.GetAsync(home + "/proposals")).Body, StringComparison.Ordinal);
        Assert.DoesNotContain("proposes a question to save", (await house.Browser.GetAsync(home)).Body, StringComparison.Ordinal);
        var refused = await DecideAsync("accept", id, "Parties by city?");
        Assert.Equal(HttpStatusCode.Conflict, refused.Status);
        Assert.Contains("the AI that made it was stopped", refused.Body, StringComparison.Ordinal);
        Assert.Equal(ProposalState.Expired, Assert.Single(Proposals).StateAt(house.Accounts.Clock.GetUtcNow()));
        Assert.Empty(Saved);

        if (goesOn)
        {
            await CutOffAsync(how, isBack: true);
            Assert.Equal(HttpStatusCode.SeeOther, (await DecideAsync("accept", id, "Parties by city?")).Status);
            Assert.Single(Saved);
        }
    }

    [Fact]
    [Trait("claim", "C33")]
    public async Task OfManyAnswersAtOnceOneCounts()
    {
        var id = Id(await ProposeAsync((await house.ConnectAsync(Scope)).Access, "Parties by city?"));
        var desk = house.Server.Get<ProposalDesk>();
        var owner = new System.Security.Claims.ClaimsPrincipal(new OwnerIdentity(house.Owner));
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(() =>
        {
            try
            {
                if (i % 2 == 0)
                {
                    desk.Accept(owner, house.Server.Workspace, id, new Acceptance($"As {i}"));
                }
                else
                {
                    desk.Decline(owner, house.Server.Workspace, id);
                }

                return 1;
            }
            catch (ProblemException)
            {
                return 0;
            }
        })));

        Assert.Equal(1, answers.Sum());
        Assert.Equal(Assert.Single(Proposals).Decided!.IsAccepted ? 1 : 0, Saved.Count);
    }

    [Fact]
    public async Task OnlySoManyWait_OfOneClientAndOfAll()
    {
        var first = house.Server.Token(["tables:read", "actions:propose"]);
        for (var i = 0; i < ProposalDesk.MaxPendingOfClient; i++)
        {
            await ProposeAsync(first, $"Question {i}");
        }

        Assert.Contains("too_many_requests", await RefusedAsync(first, "One more", Sql), StringComparison.Ordinal);
        // The same once more is not another one.
        await ProposeAsync(first, "Question 0");
        for (var i = ProposalDesk.MaxPendingOfClient; i < ProposalDesk.MaxPending; i += ProposalDesk.MaxPendingOfClient)
        {
            var other = house.Server.Token(["tables:read", "actions:propose"]);
            foreach (var number in Enumerable.Range(i, ProposalDesk.MaxPendingOfClient))
            {
                await ProposeAsync(other, $"Question {number}");
            }
        }

        Assert.Contains("too_many_requests", await RefusedAsync(house.Server.Token(["tables:read", "actions:propose"]), "One more", Sql), StringComparison.Ordinal);
        house.Accounts.Clock.Advance(ProposalDesk.Lifetime);
        await ProposeAsync(first, "One more");
    }

    /// <summary>A person says yes to what it sees: no character is hidden, and the statement runs and reads only what its client may.</summary>
    [Theory]
    [InlineData("invalid_argument", "right\u202Eto left", Sql)]
    [InlineData("invalid_argument", "ok", "SELECT 1 /* \u2066 */")]
    [InlineData("invalid_argument", "tag\U000E0069", Sql)]
    [InlineData("invalid_argument", " ", Sql)]
    [InlineData("invalid_argument", "two\nlines", Sql)]
    [InlineData("invalid_sql", "ok", "SELECT pan FROM parties")]
    [InlineData("invalid_sql", "ok", "SELEC 1")]
    [InlineData("invalid_sql", "ok", "DELETE FROM parties")]
    public async Task WhatAPersonCouldNotJudgeIsNotTaken(string code, string name, string sql)
    {
        var token = house.Server.Token(["tables:read", "actions:propose"], hidden: ["parties.pan"]);

        Assert.StartsWith(code + ":", await RefusedAsync(token, name, sql), StringComparison.Ordinal);
        Assert.Empty(Proposals);
    }

    [Fact]
    public async Task ATakenNameLeavesItWaiting_UnderAnotherItIsSaved()
    {
        var client = await house.ConnectAsync(Scope);
        Assert.Equal(HttpStatusCode.SeeOther, (await DecideAsync("accept", Id(await ProposeAsync(client.Access, "Same")), "Same")).Status);
        var second = Id(await ProposeAsync(client.Access, "Same", "SELECT 2"));

        var refused = await DecideAsync("accept", second, "Same");
        Assert.Equal(HttpStatusCode.Conflict, refused.Status);
        Assert.Contains("Choose another name", refused.Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await DecideAsync("accept", second, " ")).Status);
        Assert.Equal(HttpStatusCode.SeeOther, (await DecideAsync("accept", second, "Other")).Status);
        Assert.Equal(["Other", "Same"], Saved.Select(saved => saved.Name));
    }

    [Fact]
    [Trait("claim", "D33")]
    [Trait("claim", "C15")]
    public async Task ItTakesAScopeThatAPersonTicked_AndThatAnOwnerTakesAway()
    {
        var without = await house.ConnectAsync("tables:read search");
        var (status, _, challenge) = await house.CallAsync(without.Access, "propose_question", JsonSerializer.Serialize(new { name = "x", sql = Sql }));
        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Contains("scope=\"tables:read search actions:propose\"", challenge, StringComparison.Ordinal);
        Assert.Contains("scope=\"tables:read search actions:propose\"", (await CallAsync(house.Server.Token(["search"]), "x", Sql)).Challenge, StringComparison.Ordinal);

        var asked = await house.Browser.GetAsync(house.AuthorizePath(without.Client, ("scope", Scope)));
        Assert.Matches("name=\"actions_propose\" value=\"true\"(?! checked)", asked.Body);
        var alone = await house.AllowAsync(house.AuthorizePath(without.Client, ("scope", Scope)), null, ("tables_read", ""), ("actions_propose", "true"));
        Assert.Null(alone.Location);

        var with = await house.ConnectAsync(Scope);
        await ProposeAsync(with.Access, "x");
        var grant = house.Dump("SELECT id FROM oauth_grant WHERE scopes LIKE '%propose%'").Trim();
        Assert.Contains("No proposals", (await house.Browser.GetAsync($"{home}/clients/{grant}")).Body, StringComparison.Ordinal);
        var narrowed = await house.Browser.PostAsync($"{home}/clients/{grant}/limits", [("rows", "50000"), ("no_propose", "true")], page: $"{home}/clients/{grant}");
        Assert.Equal(HttpStatusCode.SeeOther, narrowed.Status);
        house.Accounts.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(HttpStatusCode.Forbidden, (await CallAsync(with.Access, "y", Sql)).Status);
    }

    /// <summary>A member who may not let a client propose is not asked, and cannot say so by a form made by hand.</summary>
    [Fact]
    public async Task WhoMayNotGiveItIsNotAsked()
    {
        var viewer = await PersonAsync("viewer@example.in", Role.Viewer);
        var client = await house.RegisterAsync();

        var page = await viewer.GetAsync(house.AuthorizePath(client, ("scope", "tables:read")));
        var forged = await house.AllowAsync(house.AuthorizePath(client, ("scope", Scope)), viewer, ("actions_propose", "true"));

        Assert.DoesNotContain("actions_propose", page.Body, StringComparison.Ordinal);
        Assert.Null(forged.Location);
        Assert.Empty(house.Dump("SELECT id FROM oauth_grant").Trim());
    }

    [Fact]
    public async Task ProgramsListAndAnswerThemForAPersonToo()
    {
        var client = await house.ConnectAsync(Scope);
        var id = Id(await ProposeAsync(client.Access, "Parties by city?", reason: "Asked often"));
        var path = $"/api/v1/workspaces/{house.Workspace}/proposals";
        house.Accounts.Clock.Advance(TimeSpan.FromSeconds(1));
        var newer = Id(await ProposeAsync(client.Access, "Another one"));
        var first = JsonElement.Parse((await house.Browser.GetAsync(path + "?limit=1", "application/json")).Body);
        Assert.Equal((newer, newer), (Assert.Single(first.GetProperty("items").EnumerateArray()).GetProperty("id").GetString(), first.GetProperty("next").GetString()));
        var item = Assert.Single(JsonElement.Parse((await house.Browser.GetAsync($"{path}?after={newer}", "application/json")).Body).GetProperty("items").EnumerateArray());

        Assert.Equal((id, "Claude", Sql, "Asked often", "pending"), (
            item.GetProperty("id").GetString(), item.GetProperty("client").GetString(), item.GetProperty("sql").GetString(), item.GetProperty("reason").GetString(), item.GetProperty("state").GetString()));
    }

    private async Task CutOffAsync(string how, bool isBack)
    {
        var grant = house.Dump("SELECT id FROM oauth_grant").Trim();
        var page = $"{home}/clients/{grant}";
        switch (how)
        {
            case "revoked" or "paused":
                var verb = how == "revoked" ? "end" : isBack ? "resume" : "pause";
                Assert.Equal(HttpStatusCode.SeeOther, (await house.Browser.PostAsync($"{page}/{verb}", [], page: page)).Status);
                break;
            case "narrowed":
                Assert.Equal(HttpStatusCode.SeeOther, (await house.Browser.PostAsync($"{page}/limits", [("rows", "50000"), ("no_propose", "true")], page: page)).Status);
                break;
            case "stopped":
                Assert.Equal(HttpStatusCode.SeeOther, (await house.Browser.PostAsync(home + (isBack ? "/clients/allow" : "/clients/stop"), [], page: home + "/clients")).Status);
                break;
            default:
                // Another owner answers: the one whose client it is was suspended.
                if (!isBack)
                {
                    house.Browser = await PersonAsync("other@example.in", Role.Owner);
                }

                using (var connection = house.Server.Workspaces.Control.Open())
                {
                    connection.Execute("UPDATE membership SET suspended_at = @at WHERE person_id = @person", ("@person", house.Owner), ("@at", isBack ? null : 1L));
                }

                break;
        }
    }

    private static string Id(JsonElement proposal) => proposal.GetProperty("proposal").GetString()!;

    private static (string, string)[] Form(string id, string name = "x") => [("proposal", id), ("name", name)];

    private Task<TestBrowser.Page> DecideAsync(string answer, string id, string name) =>
        house.Browser.PostAsync($"{home}/proposals/{answer}", Form(id, name), page: home + "/proposals");

    private async Task<TestBrowser> PersonAsync(string email, Role? role)
    {
        var person = await house.Accounts.AddAsync(email);
        if (role is { } given)
        {
            house.Join(person.Id, given);
        }

        return await house.Accounts.SignInAsync(email);
    }

    private Task<(HttpStatusCode Status, string Body, string Challenge)> CallAsync(string token, string name, string sql, string? reason = null)
    {
        var arguments = new Dictionary<string, string> { ["name"] = name, ["sql"] = sql };
        if (reason is not null)
        {
            arguments["reason"] = reason;
        }

        return house.CallAsync(token, "propose_question", JsonSerializer.Serialize(arguments));
    }

    private async Task<JsonElement> ProposeAsync(string token, string name, string sql = Sql, string? reason = null)
    {
        var (status, body, _) = await CallAsync(token, name, sql, reason);
        Assert.True(status == HttpStatusCode.OK, body);
        var result = JsonElement.Parse(body).GetProperty("result");
        Assert.True(result.TryGetProperty("structuredContent", out var structured), body);
        return structured;
    }

    private async Task<string> RefusedAsync(string token, string name, string sql)
    {
        var (_, body, _) = await CallAsync(token, name, sql);
        var result = JsonElement.Parse(body).GetProperty("result");
        Assert.True(result.GetProperty("isError").GetBoolean(), body);
        return result.GetProperty("content")[0].GetProperty("text").GetString()!;
    }

    private sealed class OwnerIdentity(string person) : PrincipalIdentity(person, "test")
    {
        public override Principal Principal { get; } = Principal.Person(person);
    }
}
