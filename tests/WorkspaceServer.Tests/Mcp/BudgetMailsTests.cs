using System.Net;
using WorkspaceServer.Features.Access;
using WorkspaceServer.Features.Tokens;
using WorkspaceServer.Testing;
using Xunit;

namespace WorkspaceServer.Tests.Mcp;

/// <summary>The owners of a workspace hear of a token that has read all that it may in a day; others do not, and nobody twice.</summary>
public sealed class BudgetMailsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("claim", "C32")]
    public async Task OwnersAreToldOnceADay()
    {
        await using var house = await OAuthHouse.StartAsync();
        var viewer = await house.Accounts.AddAsync("viewer@example.in");
        house.Join(viewer.Id, Role.Viewer);
        await SmallBooks.LoadAsync(house.Server.Workspaces, house.Server.Workspace, Cancel);
        var token = house.Server.Tokens.Create(house.Server.Workspace, "Month end", budget: new TokenBudget(2, null)).Text;

        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await house.CallAsync(token, "execute_sql", """{"sql":"SELECT 1 UNION ALL SELECT 2"}""")).Status);
        }

        var mail = await house.Accounts.Mails.NextAsync(Cancel);
        Assert.Equal("asha@example.in", mail.To.ToString());
        Assert.Contains("Month end has read the 2 rows", mail.TextBody, StringComparison.Ordinal);
        Assert.Equal(house.Origin + $"/w/{house.Workspace}/activity", MailRecorder.LinkIn(mail).ToString());

        // What comes next is the mail of the next day, so there was no other between.
        house.Accounts.Clock.Advance(TimeSpan.FromDays(1));
        await house.CallAsync(token, "execute_sql", """{"sql":"SELECT 1 UNION ALL SELECT 2"}""");
        await house.CallAsync(token, "execute_sql", """{"sql":"SELECT 1"}""");
        var next = await house.Accounts.Mails.NextAsync(Cancel);
        Assert.Equal(TimeSpan.FromDays(1), next.Date - mail.Date);
    }
}
